using PPYolo.Data.Imaging;
using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class ExpandTests
{
    [Fact]
    public void The_image_and_its_boxes_move_together_onto_the_mean_colour()
    {
        var expanded = 0;
        for (var run = 0; run < 200; run++)
        {
            using var sample = new Sample(Pixels.Map(20, 10), [Pixels.Box(3, 4, 12, 8)]);
            new RandomExpand().Apply(sample, Pixels.Draws($"expand{run}"));
            var image = sample.Image;
            if (image.Width == 20)
            {
                sample.Boxes.Should().Equal(Pixels.Box(3, 4, 12, 8));
                continue;
            }

            expanded++;
            image.Width.Should().BeInRange(21, 79);
            image.Height.Should().BeInRange(11, 39);
            var box = sample.Boxes.Single();
            // The pixel at the corner of the box still says that it is (3, 4).
            Pixels.At(image, (int)box.Left, (int)box.Top).Should().Equal(3, 4, 77);
            Pixels.At(image, (int)box.Right, (int)box.Bottom).Should().Equal(12, 8, 77);
            var outside = Enumerable
                .Range(0, image.Width * image.Height)
                .Select(i => Pixels.At(image, i % image.Width, i / image.Width))
                .Where(pixel => pixel[2] != 77);
            outside
                .Should()
                .HaveCount((image.Width * image.Height) - 200)
                .And.OnlyContain(pixel => pixel.SequenceEqual(new float[] { 123, 116, 103 }));
        }

        expanded.Should().BeInRange(75, 125);
    }

    [Fact]
    public void Changed_colours_are_cut_to_bytes_and_clipped()
    {
        for (var run = 0; ; run++)
        {
            var image = PixelImage.OfFloats(8, 8);
            for (var i = 0; i < image.Floats.Length; i += 3)
            {
                (image.Floats[i], image.Floats[i + 1], image.Floats[i + 2]) = (-5, 300, 41.9f);
            }

            using var sample = new Sample(image, [Pixels.Box(0, 0, 7, 7)]);
            new RandomExpand().Apply(sample, Pixels.Draws($"bytes{run}"));
            if (sample.Image.Width > 8)
            {
                Pixels.At(sample.Image, (int)sample.Boxes[0].Left, (int)sample.Boxes[0].Top).Should().Equal(0, 255, 41);
                return;
            }
        }
    }
}
