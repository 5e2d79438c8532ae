using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

public sealed class ImageFindingsTests
{
    private const long Cat = 3,
        Dog = 7;

    private static readonly CocoBox Here = new(10, 10, 40, 40);
    private static readonly CocoBox There = new(200, 10, 40, 40);

    // Both overlap Here: by 0.82, and by 0.6.
    private static readonly CocoBox Near = new(14, 10, 40, 40);
    private static readonly CocoBox Beside = new(20, 10, 40, 40);

    [Fact]
    public void A_detection_takes_an_object_of_its_own_class_before_a_surer_one_of_another()
    {
        var (findings, matrix) = Of([Object(Here, Cat)], [Found(Here, Dog, 0.9), Found(Near, Cat, 0.5)]);

        findings.Missed.Should().Be(0);
        findings.Findings.Should().HaveCount(2).And.ContainSingle(finding => finding.Right);
        (matrix[0, 0], matrix[2, 1], matrix[0, 1]).Should().Be((1, 1, 0));
    }

    [Fact]
    public void What_is_left_takes_what_is_left_of_other_classes()
    {
        var (findings, matrix) = Of([Object(Here, Cat), Object(There, Cat, id: 2)], [Found(Near, Dog, 0.9)]);

        (findings.Missed, findings.False).Should().Be((2, 1));
        (matrix[0, 1], matrix[0, 2], matrix[2, 1]).Should().Be((1, 1, 0));
        (matrix.Annotated(0), matrix.Found(1)).Should().Be((2, 1));
    }

    [Fact]
    public void The_surest_comes_first_and_takes_what_it_overlaps_most()
    {
        var (findings, _) = Of(
            [Object(Beside, Cat), Object(Here, Cat, id: 2)],
            [Found(Near, Cat, 0.4), Found(Near, Cat, 0.8), Found(Near, Cat, 0.6)]
        );

        findings.Findings.Select(finding => (finding.Object?.Id, finding.Detection?.Score)).Should().Equal((1, 0.6), (2, 0.8), (null, 0.4));
    }

    [Fact]
    public void Neither_crowds_nor_low_scores_nor_too_small_overlaps_count()
    {
        var crowd = Object(new(0, 0, 400, 400), Cat, id: 2) with { IsCrowd = true };

        var (findings, _) = Of(
            [Object(Here, Dog), crowd],
            [Found(There, Cat, 0.9), Found(Here, Dog, 0.29), Found(new(29, 10, 40, 40), Dog, 0.9)]
        );

        findings.Findings.Should().HaveCount(2);
        (findings.Missed, findings.False).Should().Be((1, 1));
    }

    [Fact]
    public void The_diagonal_is_what_COCO_counts_as_found()
    {
        var random = new Random(5);
        CocoBox Some() => new(random.Next(60), random.Next(60), 20 + random.Next(30), 20 + random.Next(30));
        long Class() => random.Next(2) == 0 ? Cat : Dog;
        CocoAnnotation[] objects = [.. Enumerable.Range(1, 60).Select(id => Object(Some(), Class(), id))];
        CocoDetection[] detections = [.. Enumerable.Range(0, 120).Select(_ => Found(Some(), Class(), random.NextDouble()))];
        var truth = Truth(objects);

        var matrix = new ConfusionMatrix(truth, ImageFindings.Of(truth, detections, threshold: 0));

        // With hundred detections for an image and category, recall at 0.5 is the largest one with a precision.
        var result = CocoEvaluator.Evaluate(truth, detections);
        foreach (var category in new[] { 0, 1 })
        {
            var reached = result.PerCategory[category].Curve(0).ToArray().Count(precision => precision > 0);
            var recall = (double)matrix[category, category] / matrix.Annotated(category);
            reached.Should().Be((int)Math.Floor(100 * recall + 1e-9) + 1);
        }
    }

    [Fact]
    public void A_category_has_its_curves_and_their_means_are_its_figures()
    {
        var truth = Truth([Object(Here, Cat), Object(There, Cat, id: 2)]);

        var result = CocoEvaluator.Evaluate(truth, [Found(Here, Cat, 0.9), Found(Beside, Cat, 0.8), Found(new(204, 10, 40, 40), Cat, 0.7)]);

        var (cat, dog) = (result.PerCategory[0], result.PerCategory[1]);
        (cat.Objects, cat.Precisions.Length, cat.At(0)).Should().Be((2, 1010, result.AP50));
        cat.At(5).Should().Be(result["AP75"]).And.Be(cat.At(0), "an overlap of 0.82 is more than 0.75");
        cat.At(9).Should().BeLessThan(cat.At(5));
        cat.Precisions.Average().Should().BeApproximately(result.AP, 1e-12);
        cat.Curve(0)[..51].ToArray().Should().OnlyContain(precision => Math.Abs(precision - 1) < 1e-12);
        cat.Curve(0)[51..].ToArray().Should().OnlyContain(precision => Math.Abs(precision - (2 / 3.0)) < 1e-12);
        (dog.Objects, dog.Precisions.Length, dog.At(0)).Should().Be((0, 0, CocoResult.Undefined));
    }

    private static CocoAnnotation Object(CocoBox box, long category, long id = 1) => new(id, 1, category, box, box.Area, false);

    private static CocoDetection Found(CocoBox box, long category, double score) => new(1, category, box, score);

    private static CocoGroundTruth Truth(CocoAnnotation[] objects) => new([1], [new(Cat, "cat"), new(Dog, "dog")], objects);

    private static (ImageFindings Findings, ConfusionMatrix Matrix) Of(CocoAnnotation[] objects, CocoDetection[] detections)
    {
        var truth = Truth(objects);
        var findings = ImageFindings.Of(truth, detections, 0.3);
        return (findings.Should().ContainSingle().Subject, new(truth, findings));
    }
}
