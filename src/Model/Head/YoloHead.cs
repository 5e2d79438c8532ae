using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Head;

/// <summary>
/// The YOLOv3 head (Redmon and Farhadi, arXiv:1804.02767): a 1x1 convolution per level. Output of a level with A anchors and C classes: (B,
/// A + A(5+C), g, g) with IoU awareness, the IoU logits first, else (B, A(5+C), g, g); per anchor x, y, w, h, objectness and classes, all
/// raw.
/// </summary>
public sealed class YoloHead : NamedModule<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>
{
    private readonly List<SquareConvolution> outputs = [];

    /// <summary>Creates the head.</summary>
    /// <param name="inputs">Channels of the neck's maps, coarsest first.</param>
    /// <param name="options">The network.</param>
    public YoloHead(IReadOnlyList<long> inputs, NetworkOptions options)
        : base(nameof(YoloHead))
    {
        for (var level = 0; level < options.Levels; level++)
        {
            var perAnchor = 5 + options.Classes + (options.IouAware ? 1 : 0);
            outputs.Add(new SquareConvolution(inputs[level], options.AnchorMasks[level].Length * perAnchor, 1) { DecaysBias = false });
            register_module($"yolo_output_{level}", outputs[level]);
        }
    }

    /// <inheritdoc />
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> maps) =>
        [.. outputs.Select((output, level) => output.call(maps[level]))];
}
