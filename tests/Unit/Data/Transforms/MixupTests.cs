using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class MixupTests
{
    [Fact]
    public void Both_images_are_weighted_from_the_upper_left_corner_on_a_canvas_for_both()
    {
        using var wide = new Sample(Pixels.Plain(4, 2, 200, 100, 10), [Pixels.Box(0, 0, 3, 1, 5)]);
        using var high = new Sample(Pixels.Plain(2, 3, 40, 80, 255), [Pixels.Box(0, 0, 1, 2, 6)]);

        Mixup.Apply(wide, high, 0.75);

        (wide.Image.Width, wide.Image.Height).Should().Be((4, 3));
        // 0.75 * 200 + 0.25 * 40, and so on; cut to whole numbers.
        Pixels.At(wide.Image, 1, 1).Should().Equal(160, 95, 71);
        Pixels.At(wide.Image, 3, 1).Should().Equal(150, 75, 7);
        Pixels.At(wide.Image, 1, 2).Should().Equal(10, 20, 63);
        Pixels.At(wide.Image, 3, 2).Should().Equal(0, 0, 0);
        wide.Boxes.Should().Equal(new SampleBox(0, 0, 3, 1, 5, 0.75f), new SampleBox(0, 0, 1, 2, 6, 0.25f));
    }

    [Fact]
    public void The_other_sample_stays()
    {
        using var first = new Sample(Pixels.Plain(2, 2, 9, 9, 9), []);
        using var other = new Sample(Pixels.Plain(2, 2, 40, 80, 255), [Pixels.Box(0, 0, 1, 1)]);

        Mixup.Apply(first, other, 0.5);

        Pixels.At(other.Image, 0, 0).Should().Equal(40, 80, 255);
        other.Boxes.Single().Score.Should().Be(1);
    }
}
