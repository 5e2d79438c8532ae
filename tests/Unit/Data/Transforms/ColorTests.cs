using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class ColorTests
{
    private const float R = 200,
        G = 100,
        B = 50;
    private const float Grey = (0.299f * R) + (0.587f * G) + (0.114f * B);

    [Fact]
    public void Brightness_adds() => Changed(ColorMatrix.Brightness(1.5)).Should().Equal(201.5f, 101.5f, 51.5f);

    [Fact]
    public void Contrast_multiplies_and_does_not_clip() => Changed(ColorMatrix.Contrast(1.5)).Should().Equal(300, 150, 75);

    [Fact]
    public void Saturation_moves_from_grey()
    {
        Close(Changed(ColorMatrix.Saturation(0.5)), (R + Grey) / 2, (G + Grey) / 2, (B + Grey) / 2);
        Close(Changed(ColorMatrix.Saturation(1.5)), (1.5f * R) - (Grey / 2), (1.5f * G) - (Grey / 2), (1.5f * B) - (Grey / 2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(17.3)]
    public void Hue_turns_in_the_plane_of_I_and_Q(double halfTurns)
    {
        double y = Grey,
            i = (0.596 * R) - (0.274 * G) - (0.321 * B),
            q = (0.211 * R) - (0.523 * G) + (0.311 * B);
        double cosine = Math.Cos(halfTurns * Math.PI),
            sine = Math.Sin(halfTurns * Math.PI);
        var (turnedI, turnedQ) = ((cosine * i) - (sine * q), (sine * i) + (cosine * q));

        Close(
            Changed(ColorMatrix.Hue(halfTurns)),
            (float)(y + (0.956 * turnedI) + (0.621 * turnedQ)),
            (float)(y - (0.272 * turnedI) - (0.647 * turnedQ)),
            (float)(y - (1.107 * turnedI) + (1.705 * turnedQ))
        );
    }

    [Fact]
    public void Changes_follow_one_another_in_the_given_order()
    {
        Changed(ColorMatrix.Brightness(1).Then(ColorMatrix.Contrast(2))).Should().Equal(402, 202, 102);
        Changed(ColorMatrix.Contrast(2).Then(ColorMatrix.Brightness(1))).Should().Equal(401, 201, 101);
        var saturated = Changed(ColorMatrix.Saturation(0.5));
        var mixed = Changed(ColorMatrix.Saturation(0.5).Then(ColorMatrix.Brightness(1)).Then(ColorMatrix.Contrast(0.5)));
        Close(mixed, (saturated[0] + 1) / 2, (saturated[1] + 1) / 2, (saturated[2] + 1) / 2);
    }

    [Fact]
    public void Turning_and_then_fading_is_not_fading_and_then_turning()
    {
        // The turn does not keep grey exactly, so that the order shows in the second decimal.
        var turned = Changed(ColorMatrix.Hue(0.5));
        var grey = (0.299f * turned[0]) + (0.587f * turned[1]) + (0.114f * turned[2]);

        var faded = Changed(ColorMatrix.Hue(0.5).Then(ColorMatrix.Saturation(0.5)));

        Close(faded, (turned[0] + grey) / 2, (turned[1] + grey) / 2, (turned[2] + grey) / 2);
        faded[0].Should().NotBeApproximately(Changed(ColorMatrix.Saturation(0.5).Then(ColorMatrix.Hue(0.5)))[0], 1e-2f);
    }

    [Fact]
    public void Each_change_comes_in_half_of_the_images_and_boxes_stay()
    {
        int plain = 0,
            brightness = 0;
        const int many = 2000;
        for (var run = 0; run < many; run++)
        {
            using var sample = new Sample(Pixels.Plain(1, 1, 0, 0, 0), [Pixels.Box(1, 2, 3, 4)]);
            new ColorDistortion().Apply(sample, Pixels.Draws($"color{run}"));
            plain += sample.Image.IsFloat ? 0 : 1;
            // Only brightness changes black.
            brightness += sample.Image.IsFloat && sample.Image.Floats[0] != 0 ? 1 : 0;
            sample.Boxes.Should().Equal(Pixels.Box(1, 2, 3, 4));
        }

        plain.Should().BeCloseTo(many / 16, 40);
        brightness.Should().BeCloseTo(many / 2, 80);
    }

    [Fact]
    public void The_order_of_the_changes_varies()
    {
        // Black, brightened by b and then stretched by c, is b times c; the other way round it is b, at most 1.5. Both come in a quarter of
        // the images, in this order in half of those, and 0.75 - 1.5 ln 1.5 of their products exceed 1.5: 35 of 2000.
        var above = Enumerable
            .Range(0, 2000)
            .Count(run =>
            {
                using var sample = new Sample(Pixels.Plain(1, 1, 0, 0, 0), []);
                new ColorDistortion().Apply(sample, Pixels.Draws($"order{run}"));
                return sample.Image.IsFloat && sample.Image.Floats[0] > 1.501f;
            });

        above.Should().BeInRange(20, 55);
    }

    private static float[] Changed(ColorMatrix matrix)
    {
        using var image = Pixels.Plain(2, 1, (byte)R, (byte)G, (byte)B);
        using var changed = matrix.Of(image);
        Pixels.At(changed, 1, 0).Should().Equal(Pixels.At(changed, 0, 0));
        return Pixels.At(changed, 0, 0);
    }

    private static void Close(float[] found, params float[] expected)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            found[channel].Should().BeApproximately(expected[channel], 1e-3f);
        }
    }
}
