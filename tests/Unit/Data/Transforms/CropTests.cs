using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

public class CropTests
{
    private static readonly SampleBox[] Boxes =
    [
        Pixels.Box(10, 20, 70, 60, 1),
        Pixels.Box(90, 5, 110, 25, 2),
        Pixels.Box(40, 60, 119, 89, 3),
    ];

    [Fact]
    public void The_overlap_is_intersection_over_union()
    {
        new CropWindow(0, 0, 10, 10).Iou(Pixels.Box(5, 5, 15, 15)).Should().BeApproximately(25 / 175f, 1e-6f);
        new CropWindow(0, 0, 10, 10).Iou(Pixels.Box(20, 20, 30, 30)).Should().Be(0);
        new CropWindow(0, 0, 10, 10).Iou(Pixels.Box(20, 2, 30, 8)).Should().Be(0);
    }

    [Fact]
    public void An_object_stays_where_its_centre_lies_in_the_window()
    {
        var window = new CropWindow(10, 10, 20, 20);

        window.TryClip(Pixels.Box(5, 5, 15, 15), out var clipped).Should().BeTrue();
        clipped.Should().Be(Pixels.Box(0, 0, 5, 5));
        window.TryClip(Pixels.Box(5, 5, 14.9f, 15), out _).Should().BeFalse();
        window.TryClip(Pixels.Box(25, 12, 35, 22), out _).Should().BeFalse("the window ends before its centre");
        window.TryClip(Pixels.Box(24, 12, 34, 22), out clipped).Should().BeTrue();
        clipped.Should().Be(Pixels.Box(14, 2, 20, 12));
        window.TryClip(Pixels.Box(12, 12, 12, 20), out _).Should().BeFalse("nothing is left of a box without width");
    }

    [Fact]
    public void Pixels_and_boxes_stay_together()
    {
        var cropped = 0;
        for (var run = 0; run < 300; run++)
        {
            using var sample = Cropped(run, Boxes);
            var image = sample.Image;
            var corner = Pixels.At(image, 0, 0);
            var window = new CropWindow((int)corner[0], (int)corner[1], image.Width, image.Height);
            Pixels
                .At(image, image.Width - 1, image.Height - 1)
                .Should()
                .Equal(window.Left + image.Width - 1, window.Top + image.Height - 1, 77);
            if (image.Width == 120)
            {
                sample.Boxes.Should().Equal(Boxes);
                continue;
            }

            cropped++;
            sample
                .Boxes.Should()
                .NotBeEmpty()
                .And.Equal(
                    Boxes.Where(box => window.TryClip(box, out _)).Select(box => window.TryClip(box, out var clipped) ? clipped : default)
                );
            sample
                .Boxes.Should()
                .OnlyContain(box => box.Left >= 0 && box.Top >= 0 && box.Right <= image.Width && box.Bottom <= image.Height);
            var aspect = image.Width / 120.0 / (image.Height / 90.0);
            aspect.Should().BeInRange(0.45, 2.2);
            Math.Sqrt(image.Width / 120.0 * (image.Height / 90.0)).Should().BeInRange(0.28, 1);
        }

        // One of the seven thresholds is none at all; some others cannot be met.
        cropped.Should().BeInRange(200, 275);
    }

    [Fact]
    public void Some_windows_overlap_an_object_by_little_and_some_by_much()
    {
        var largest = new List<float>();
        for (var run = 0; run < 300; run++)
        {
            using var sample = Cropped(run, Boxes);
            var corner = Pixels.At(sample.Image, 0, 0);
            largest.Add(Boxes.Max(box => new CropWindow((int)corner[0], (int)corner[1], sample.Image.Width, sample.Image.Height).Iou(box)));
        }

        // Without thresholds no more than a few windows would overlap by half.
        largest.Count(iou => iou >= 0.5f).Should().BeGreaterThan(60);
        largest.Count(iou => iou < 0.3f).Should().BeGreaterThan(40);
    }

    [Fact]
    public void An_image_without_objects_stays()
    {
        for (var run = 0; run < 20; run++)
        {
            using var sample = Cropped(run, []);
            sample.Image.Width.Should().Be(120);
        }
    }

    private static Sample Cropped(int run, SampleBox[] boxes)
    {
        var sample = new Sample(Pixels.Map(120, 90), boxes);
        new RandomCrop().Apply(sample, Pixels.Draws($"crop{run}"));
        return sample;
    }
}
