using System.Text.RegularExpressions;
using PPYolo.Data.Coco;
using PPYolo.Data.Imaging;
using PPYolo.Data.Showing;

namespace PPYolo.Tests.Unit.Data.Showing;

public sealed class EvaluationPageTests
{
    private static readonly CocoBox Here = new(1, 1, 6, 6);

    [SkippableFact]
    public void Pictures_are_those_of_the_most_mistakes_and_not_more_than_a_page_can_hold()
    {
        NativePixels.OrSkip();
        // Image i has i objects that nobody finds; image 100 + i a false detection of rising score.
        var objects = Enumerable.Range(1, 20).SelectMany(image => Enumerable.Range(0, image).Select(_ => (long)image)).ToArray();
        var detections = Enumerable.Range(1, 20).Select(i => new CocoDetection(100 + i, 0, Here, 0.5 + (i / 100.0)));

        var page = Page(objects, [.. detections], classes: 1);

        var captions = Regex.Matches(page, "<figcaption>(.*?)</figcaption>").Select(match => match.Groups[1].Value).ToList();
        captions.Should().HaveCount(2 * MistakePictures.MostPictures);
        captions[0].Should().Be("image 20: 20 of 20 missed, 0 false");
        captions[11].Should().StartWith("image 9: 9 of 9");
        captions[12].Should().Be("image 120: 0 of 0 missed, 1 false");
        page.Should().Contain("class=\"missed\" stroke-width=").And.Contain("stroke-dasharray").And.Contain(">false: class 0 0.70</text>");
    }

    [Fact]
    public void Many_classes_are_bounded_and_say_so()
    {
        var objects = Enumerable.Range(0, 120).Select(image => (long)image).ToArray();

        var page = Page(objects, [.. objects.Select(image => new CocoDetection(image, image, Here, 0.9))], classes: 120);

        Regex.Count(page, "<svg").Should().Be(101);
        page.Should()
            .Contain("<details><summary>Each of 100 classes</summary>")
            .And.Contain("20 more classes have no curves here")
            .And.Contain("The 40 of 120 classes with most mistakes are shown")
            .And.Contain("<p>No object was found as one of another class.</p>")
            .And.Contain("<p>None, at a score of 0.3.</p>");
        Regex.Count(page, "<th scope=\"row\">class [0-9]+</th><td class=\"number\">100.00</td>").Should().Be(120, "each is in the table");
    }

    [Fact]
    public void Curves_are_drawn_from_corner_to_corner_at_both_overlaps_and_their_mean()
    {
        // The first of two objects is found by 0.82, after it nothing, then the second.
        var page = Page(
            [1, 2],
            [new(1, 0, Here with { X = 1.6 }, 0.9), new(1, 0, new(100, 100, 5, 5), 0.8), new(2, 0, Here, 0.7)],
            classes: 1
        );

        page.Should().Contain("precision over recall, All classes: overlap 0.50: 83.5").And.NotContain("Each of 1 classes");
        Regex
            .Match(page, "<polyline class=\"first\" points=\"([^\"]*)\"")
            .Groups[1]
            .Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Should()
            .HaveCount(4, "a curve of two steps has four corners");
        page.Should().Contain("<polyline class=\"second\"").And.Contain("<polyline class=\"third\"");
    }

    [Fact]
    public void Nothing_to_find_and_nothing_found_is_a_page_too() =>
        Page([], [], classes: 1)
            .Should()
            .Contain("There is no object to find.")
            .And.Contain("There is no object, and no detection.")
            .And.NotContain("NaN");

    private static string Page(long[] objects, CocoDetection[] detections, int classes)
    {
        // One class, or as many as images: then each image has its own.
        var annotations = objects.Select((image, i) => new CocoAnnotation(i + 1, image, classes == 1 ? 0 : image, Here, 36, false));
        var truth = new CocoGroundTruth(
            objects.Concat(detections.Select(one => one.ImageId)),
            Enumerable.Range(0, classes).Select(id => new CocoCategory(id, FormattableString.Invariant($"class {id}"))),
            annotations
        );
        return EvaluationPage.Of("title", truth, detections, CocoEvaluator.Evaluate(truth, detections), 0.3, new GreyImages());
    }

    private sealed class GreyImages : IPageImages
    {
        public string Name(long id) => FormattableString.Invariant($"image {id}");

        public PixelImage Decode(long id) => PixelImage.OfBytes(8, 8);
    }
}
