using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Stages;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// From the reference's weights and images to its boxes; and the harness itself, which must notice a stage that is wrong.
/// </summary>
[OwnThreads]
[Collection(Lanes.Second)]
public class InferenceTheories
{
    private static readonly string Folder = Path.Combine(Fixtures.Root, "fixtures", "inference");

    public static TheoryData<string, string, string> Faults =>
        new()
        {
            { "anchors of two levels swapped", "r18vd", "r18vd: decoded boxes" },
            { "scale of x and y ignored", "r18vd", "r18vd: decoded boxes" },
            { "width and height exchanged", "r18vd", "r18vd: decoded boxes" },
            { "exponent of the IoU", "r50vd", "r50vd: decoded scores" },
            { "norm epsilon", "r18vd", "r18vd: raw outputs of level 0" },
            { "linear for Gaussian decay", "r18vd", "r18vd, nms_gauss: objects" },
            { "post threshold ignored", "r18vd", "r18vd, nms_post_none: number of objects" },
            { "last object lost", "r18vd", "r18vd, nms: number of objects" },
            { "two objects exchanged", "r18vd", "r18vd, nms: scores" },
            { "one label wrong", "r18vd", "r18vd, nms: objects" },
            { "folded without the mean", "r50vd", "r50vd: scores with folded norms" },
        };

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd")]
    public void InferenceEqualsTheReference(string network)
    {
        var verdict = TestEnvironment.With(TestEnvironment.Threads, () => InferenceScenario.Run(Folder, new() { Networks = [network] }));

        Measured.Write(typeof(InferenceTheories), verdict, [network], "ppyolo align inference");
        verdict
            .Aligned.Should()
            .BeTrue(
                "\n" + VerdictText.Format(verdict).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            );
        verdict
            .Checks.Count(check => check.Name.EndsWith("number of objects", StringComparison.Ordinal))
            .Should()
            .Be(6, "all settings were compared");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void TurnsTheScenarioRedWhereItShowsFirst(string fault, string network, string firstFailure)
    {
        var verdict = TestEnvironment.With(
            TestEnvironment.Threads,
            () =>
                InferenceScenario.Run(
                    Folder,
                    new() { Networks = [network], Create = (options, weights, fold, _) => Broken(fault, options, weights, fold) }
                )
        );

        Measured.Write(typeof(InferenceTheories), verdict, [fault, network, firstFailure], mustDiverge: true);
        verdict.Aligned.Should().BeFalse("inference is broken");
        verdict.Failures.First().Name.Should().Be(firstFailure, VerdictText.Summary(verdict));
    }

    private static Detector Broken(string fault, NetworkOptions options, NamedTensors weights, bool fold) =>
        fault switch
        {
            "anchors of two levels swapped" => new BrokenDetector(options, weights, fold)
            {
                DecodedAs = right => right with { AnchorMasks = [right.AnchorMasks[1], right.AnchorMasks[0]] },
            },
            "scale of x and y ignored" => new BrokenDetector(options, weights, fold) { DecodedAs = right => right with { ScaleXY = 1 } },
            "width and height exchanged" => new BrokenDetector(options, weights, fold) { Size = right => new(right.Height, right.Width) },
            "exponent of the IoU" => new BrokenDetector(options, weights, fold)
            {
                DecodedAs = right => right with { IouAwareFactor = 0.5 },
            },
            "norm epsilon" => new BrokenDetector(options with { NormEpsilon = 1e-3 }, weights, fold),
            "linear for Gaussian decay" => new BrokenDetector(options, weights, fold)
            {
                Setting = right => right with { Gaussian = false },
            },
            "post threshold ignored" => new BrokenDetector(options, weights, fold)
            {
                Setting = right => right with { PostThreshold = Math.Min(right.PostThreshold, 0.05f) },
            },
            "last object lost" => new BrokenDetector(options, weights, fold) { Selected = boxes => boxes.Length > 0 ? boxes[..^1] : boxes },
            "two objects exchanged" => new BrokenDetector(options, weights, fold)
            {
                Selected = boxes => boxes.Length > 1 ? [boxes[1], boxes[0], .. boxes[2..]] : boxes,
            },
            "one label wrong" => new BrokenDetector(options, weights, fold)
            {
                Selected = boxes => boxes.Length > 0 ? [boxes[0] with { Label = (boxes[0].Label + 1) % 20 }, .. boxes[1..]] : boxes,
            },
            // A right detector of weights that a wrong folding would leave behind.
            "folded without the mean" => new Detector(options, fold ? WithoutMeans(weights) : weights, fold),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
        };

    private static NamedTensors WithoutMeans(NamedTensors weights)
    {
        var changed = new NamedTensors();
        foreach (var (name, tensor) in weights)
        {
            changed.Add(
                name,
                name.EndsWith("running_mean", StringComparison.Ordinal)
                    ? new(tensor.Type, tensor.Shape.AsSpan(), new byte[tensor.Bytes.Length])
                    : tensor
            );
        }

        return changed;
    }
}
