using PPYolo.Align.Tensors;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;

namespace PPYolo.Tests.Alignment;

/// <summary>A detector that is wrong in one stage.</summary>
public sealed class BrokenDetector(NetworkOptions options, NamedTensors weights, bool fold) : Detector(options, weights, fold)
{
    /// <summary>The network that outputs are decoded as.</summary>
    public Func<NetworkOptions, NetworkOptions> DecodedAs { get; init; } = options => options;

    /// <summary>The original size that boxes are expressed in.</summary>
    public Func<OriginalSize, OriginalSize> Size { get; init; } = size => size;

    /// <summary>The setting that selects.</summary>
    public Func<MatrixNmsOptions, MatrixNmsOptions> Setting { get; init; } = setting => setting;

    /// <summary>What becomes of the selected.</summary>
    public Func<DetectedBox[], DetectedBox[]> Selected { get; init; } = boxes => boxes;

    public override DecodedBoxes Decode(IReadOnlyList<ReadOnlyMemory<float>> outputs, OriginalSize original)
    {
        var size = Size(original);
        return new YoloBoxDecoder(DecodedAs(Options)).Decode(outputs, size.Height, size.Width);
    }

    public override DetectedBox[] SelectObjects(DecodedBoxes boxes, MatrixNmsOptions selection) =>
        Selected(base.SelectObjects(boxes, Setting(selection)));
}
