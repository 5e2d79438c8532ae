using Google.Protobuf;
using Onnx;
using PPYolo.Align;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Model;
using static TorchSharp.torch;

namespace PPYolo.Train.Inference.Export;

/// <summary>
/// Writes a network as an ONNX model: from normalized images to boxes and scores, norms folded. Matrix NMS is left to who runs it.
/// </summary>
public static class OnnxExport
{
    // The oldest versions that have the operators, which most runtimes know: 16 for GridSample, 19 for DeformConv.
    private const int Opset = 16,
        IrVersion = 8,
        OpsetOfDeformConv = 19,
        IrVersionOfDeformConv = 9;

    /// <summary>Writes the file; it is whole or not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network on the CPU; its norms are folded, if they are not yet.</param>
    /// <param name="options">What the model is like.</param>
    /// <returns>The model's opset and the number of its boxes, which is null where images may have any size.</returns>
    /// <exception cref="AlignException">The file cannot be written.</exception>
    public static (int Opset, long? Boxes) Write(string path, PPYoloNetwork network, ExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Size is { } fixedSide && (fixedSide < 32 || fixedSide % 32 != 0))
        {
            throw new ArgumentException($"the side of images is a multiple of 32, not {options.Size}", nameof(options));
        }

        network.FoldNorms();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph(options.Name);
        Extent side = options.Size is { } size ? size : "side";
        var image = graph.Input(OnnxNames.Image, "batch", 3, side, side);
        var imageSize = graph.Input(OnnxNames.ImageSize, "batch", 2);
        var raw = new NetworkWriter(graph, new(graph, options.Deformable)).Write(network, image);
        new DecodingWriter(graph, network.Options).Write(raw, imageSize);
        var boxes = BoxesOf(network, options.Size);
        Extent count = boxes is { } known ? known : "count";
        graph.Output(OnnxNames.Boxes, "batch", count, 4);
        graph.Output(OnnxNames.Scores, "batch", count, network.Options.Classes);
        var deforms = graph.Proto.Node.Any(node => node.OpType == "DeformConv");
        var opset = deforms ? OpsetOfDeformConv : Opset;
        var model = new ModelProto
        {
            IrVersion = deforms ? IrVersionOfDeformConv : IrVersion,
            ProducerName = "ppyolo",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = graph.Proto,
            OpsetImport = { new OperatorSetIdProto { Version = opset } },
            MetadataProps =
            {
                new StringStringEntryProto
                {
                    Key = OnnxNames.ClassNames,
                    Value = string.Join('\n', options.ClassNames.Select(name => name.ReplaceLineEndings(" "))),
                },
            },
        };
        NewFile.Write(path, stream => model.WriteTo(stream), lasting: true);
        return (opset, boxes);
    }

    private static long? BoxesOf(PPYoloNetwork network, int? size) =>
        size is { } side
            ? network
                .Options.Strides.Select(
                    (stride, level) => (long)(side / stride) * (side / stride) * network.Options.AnchorMasks[level].Length
                )
                .Sum()
            : null;
}
