using Google.Protobuf;
using Onnx;
using PPYolo.Align;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Stages;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Tests.Unit.Train.Inference.Export;
using PPYolo.Train.Inference;
using PPYolo.Train.Inference.Export;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Harness.Stages;

/// <summary>Exported models in ONNX Runtime, stage by stage, within the bounds of inference.</summary>
public sealed class OnnxScenarioTests : IDisposable
{
    private const int Threads = 2;

    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("model.onnx");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("r18vd", DeformableForm.DeformConv, 34)]
    [InlineData("r50vd", DeformableForm.DeformConv, 35)]
    [InlineData("r50vd", DeformableForm.GridSample, 35)]
    public void A_model_of_any_size_computes_what_the_reference_computed(string network, DeformableForm form, int checks)
    {
        var one = InferenceCase.All.Single(one => one.Name == network);
        using (var weights = InferenceScenario.WeightsOf(one, one.Network))
        {
            Exported.Write(Path, one.Network, weights, Exported.Any with { Deformable = form });
        }

        var verdict = OnnxScenario.AgainstReference(Path, Fixtures.PathOf("inference"), Threads);

        ShouldBeAligned(verdict);
        verdict.Checks.Should().HaveCount(checks);
    }

    [Theory]
    [InlineData("ppyolov2_r50vd", 20, null, DeformableForm.DeformConv, 10)]
    [InlineData("ppyolov2_r50vd", 80, 128, DeformableForm.GridSample, 5)]
    [InlineData("r18vd", 1, 32, DeformableForm.DeformConv, 4)]
    public void A_model_computes_what_its_network_computes(string network, int classes, int? size, DeformableForm form, int checks)
    {
        var options = NetworkPresets.Find(network)! with { Classes = classes };
        using var weights = Weights(options);
        Exported.Write(Path, options, weights, Exported.Any with { Size = size, Deformable = form });
        using var detector = new Detector(options, weights, fold: false);

        var verdict = OnnxScenario.AgainstNetwork(Path, detector, 160, Threads);

        ShouldBeAligned(verdict);
        verdict.Checks.Should().HaveCount(checks);
    }

    [Fact]
    public void Rounding_of_large_outputs_is_not_counted_in_pixels()
    {
        const float Factor = 100;
        var options = NetworkPresets.R18Vd;
        var weights = new NamedTensors();
        foreach (var (name, tensor) in Weights(options))
        {
            weights.Add(
                name,
                name.StartsWith("yolo_head", StringComparison.Ordinal)
                    ? TensorData.Of<float>([.. tensor.As<float>().ToArray().Select(value => Factor * value)], [.. tensor.Shape])
                    : tensor
            );
        }

        Exported.Write(Path, options, weights, Exported.Any with { Size = 96 });
        using var detector = new Detector(options, weights, fold: false);

        ShouldBeAligned(OnnxScenario.AgainstNetwork(Path, detector, 96, Threads));
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "norm epsilon", "96 x 96: raw outputs of level 0" },
            { "scale of x and y", "96 x 96: decoded boxes" },
            { "anchors", "96 x 96: decoded boxes" },
            { "exponent of the IoU", "96 x 96: decoded scores" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_model_that_is_wrong_is_red_where_it_shows_first(string fault, string firstFailure)
    {
        // The smallest network that has an IoU-aware head.
        var right = NetworkPresets.R18Vd with
        {
            IouAware = true,
        };
        using var weights = Weights(right);
        var wrong = fault switch
        {
            "norm epsilon" => right with { NormEpsilon = 1e-3 },
            "scale of x and y" => right with { ScaleXY = 1 },
            "anchors" => right with { AnchorMasks = [right.AnchorMasks[1], right.AnchorMasks[0]] },
            "exponent of the IoU" => right with { IouAwareFactor = 0.5 },
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
        };
        Exported.Write(Path, wrong, weights, Exported.Any with { Size = 96 });
        using var detector = new Detector(right, weights, fold: false);

        var verdict = OnnxScenario.AgainstNetwork(Path, detector, 96, Threads);

        verdict.Failures.First().Name.Should().Be(firstFailure, VerdictText.Summary(verdict));
    }

    [Fact]
    public void Another_network_is_named()
    {
        using var weights = Weights(NetworkPresets.R18Vd);
        Exported.Write(Path, NetworkPresets.R18Vd, weights);
        var other = NetworkPresets.R18Vd with { Classes = 3 };
        using var detector = new Detector(other, Weights(other), fold: false);

        FluentActions
            .Invoking(() => OnnxScenario.AgainstNetwork(Path, detector, 96, Threads))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*model.onnx: expected a model of 2 levels and 3 classes, the network's, found 2 and 20;*");
    }

    [Fact]
    public void Weights_that_are_not_the_reference_s_need_their_network()
    {
        var network = NetworkPresets.R18Vd;
        using var shapes = new PPYoloNetwork(network);
        using var weights = GeneratedWeights.Create("5", WeightProfile.Plain, network).For(StateEntries.Of(shapes));
        Exported.Write(Path, network, weights);

        Refused("*model.onnx: expected the weights that the reference generated, found others; give --weights FILE and --config NAME*");
    }

    [Fact]
    public void What_is_no_exported_model_is_refused()
    {
        Refused("*model.onnx: expected an ONNX model: Could not find*");
        File.WriteAllText(Path, "no model, but some text");
        Refused("*model.onnx: expected an ONNX model*");
        File.WriteAllBytes(Path, []);
        Refused("*model.onnx: expected an ONNX model from image and im_size to boxes and scores,*found none");
        File.WriteAllBytes(Path, Foreign().ToByteArray());
        Refused("*model.onnx: ONNX Runtime refuses it*");
    }

    /// <summary>A model whose values have the right names, and which computes nothing.</summary>
    private static ModelProto Foreign()
    {
        var graph = new GraphProto();
        graph.Input.AddRange(new[] { "image", "im_size" }.Select(name => new ValueInfoProto { Name = name }));
        graph.Output.AddRange(new[] { "boxes", "scores" }.Select(name => new ValueInfoProto { Name = name }));
        return new() { IrVersion = 8, Graph = graph };
    }

    private void Refused(string message) =>
        FluentActions
            .Invoking(() => OnnxScenario.AgainstReference(Path, Fixtures.PathOf("inference"), Threads))
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);

    private static NamedTensors Weights(NetworkOptions options)
    {
        using var network = TestTensors.Network(options);
        return NetworkState.Save(network);
    }

    private static void ShouldBeAligned(Verdict verdict) =>
        verdict
            .Aligned.Should()
            .BeTrue(
                "\n" + VerdictText.Format(verdict).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            );
}
