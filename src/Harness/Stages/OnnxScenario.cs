using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Model.Boxes;
using PPYolo.Train.Inference;

namespace PPYolo.Harness.Stages;

/// <summary>
/// An exported model in ONNX Runtime, stage by stage: against the network that it was exported from, or, where it has the reference's
/// weights, against the reference.
/// </summary>
public static class OnnxScenario
{
    private const string HeadWeight = "yolo_head.yolo_output_0.weight";

    // Two cells and more at every level, and a side that no configuration has by default.
    private const int AnotherSize = 96;

    private static readonly OriginalSize[] Originals = [new(200, 150), new(150, 200)];

    /// <summary>Compares a model with a network, on two generated images.</summary>
    /// <param name="path">The model.</param>
    /// <param name="detector">Has the weights that the model was exported from; norms not folded.</param>
    /// <param name="size">The side of images where the model takes any; such a model is tried at 96 as well.</param>
    /// <param name="threads">Threads of the runtime.</param>
    /// <exception cref="AlignException">The model cannot be used.</exception>
    public static Verdict AgainstNetwork(string path, Detector detector, int size, int threads)
    {
        ArgumentNullException.ThrowIfNull(detector);
        using var model = new OnnxModel(path, threads);
        int[] sizes = model.Size is { } only ? [only] : [AnotherSize, size];
        var checks = new List<Check>();
        foreach (var side in sizes.Distinct())
        {
            var images = Images(side);
            var found = model.Run(images, Originals, detector.Options);
            var name = string.Create(CultureInfo.InvariantCulture, $"{side} x {side}");
            // Boxes and scores are compared with what the same raw outputs decode to: how far rounding of raw outputs moves a corner
            // depends on how large the network makes its boxes, and no bound in pixels suits every network.
            var outputs = detector.Forward(images);
            var decodable = found.Outputs.Zip(outputs, (a, b) => a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan())).All(same => same);
            var expected = new StageResults(outputs, InferenceScenario.Decode(detector, decodable ? found.Outputs : outputs, Originals));
            checks.AddRange(StageComparison.Of(name, found, expected));
        }

        return new(
            $"{path} in ONNX Runtime against the network that it was exported from",
            "asserted: raw outputs, decoded boxes and scores of two generated images; matrix NMS is the program's that runs the model",
            [.. checks],
            [],
            []
        );
    }

    /// <summary>Compares a model that has the reference's weights with the reference, down to the selection of objects.</summary>
    /// <param name="path">The model.</param>
    /// <param name="folder">The reference's inference, as for <see cref="InferenceScenario"/>.</param>
    /// <param name="threads">Threads of the runtime.</param>
    /// <exception cref="AlignException">The model has other weights or cannot be used, or the reference's file is not there.</exception>
    public static Verdict AgainstReference(string path, string folder, int threads)
    {
        using var model = new OnnxModel(path, threads);
        var one =
            InferenceCase.All.FirstOrDefault(one => HasWeightsOf(model, one))
            ?? throw new AlignException(
                $"{path}: expected the weights that the reference generated, found others; give --weights FILE and --config NAME of the "
                    + "network that the model was exported from"
            );
        using var data = new InferenceData(InferenceScenario.FileOf(folder, one));
        var found = model.Run(data.Images, data.Originals, one.Network);
        return new(
            $"{path} in ONNX Runtime against the reference's {one.Name}",
            "asserted: raw outputs, decoded boxes and scores, and the selection of six settings of matrix NMS",
            [
                .. StageComparison.Of(one.Name, found, data.Stages(one.Network)),
                .. InferenceScenario.Selections(one, found, MatrixNms.Select, data),
            ],
            [],
            []
        );
    }

    /// <summary>Whether a model has the reference's weights: those of its head, which no norm is folded into, tell.</summary>
    private static bool HasWeightsOf(OnnxModel model, InferenceCase one)
    {
        using var weights = InferenceScenario.WeightsOf(one, one.Network);
        return weights[HeadWeight].Bytes.Span.SequenceEqual(model.Weight(HeadWeight).Span);
    }

    private static TensorData Images(int side)
    {
        var values = new float[Originals.Length * 3 * side * side];
        new PortableStream("onnx").FillScaled(values, 2, 0);
        return TensorData.Of<float>(values, Originals.Length, 3, side, side);
    }
}
