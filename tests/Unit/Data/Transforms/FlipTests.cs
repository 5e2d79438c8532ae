using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class FlipTests
{
    [Fact]
    public void Half_of_the_images_are_mirrored_with_their_boxes()
    {
        var flipped = 0;
        for (var run = 0; run < 400; run++)
        {
            using var sample = new Sample(Pixels.Map(11, 3), [Pixels.Box(2, 0, 5, 2)]);
            new RandomFlip().Apply(sample, Pixels.Draws($"flip{run}"));
            var box = sample.Boxes.Single();
            if (Pixels.At(sample.Image, 0, 1)[0] == 0)
            {
                box.Should().Be(Pixels.Box(2, 0, 5, 2));
                continue;
            }

            flipped++;
            for (var x = 0; x < 11; x++)
            {
                Pixels.At(sample.Image, x, 2).Should().Equal(10 - x, 2, 77);
            }

            // Corners include their pixels: column 2 becomes column 8.
            box.Should().Be(Pixels.Box(5, 0, 8, 2));
        }

        flipped.Should().BeInRange(160, 240);
    }

    [Fact]
    public void Images_of_floats_are_mirrored_too()
    {
        using var bytes = Pixels.Map(4, 1);
        using var image = ColorMatrix.Contrast(2).Of(bytes);

        image.Mirror();

        Pixels.At(image, 0, 0)[0].Should().Be(6);
        Pixels.At(image, 3, 0)[0].Should().Be(0);
    }
}
