using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;

namespace PPYolo.Train.Conversion;

/// <summary>
/// Gives a head another number of classes. What does not depend on classes (IoU, box, objectness) is kept; every new class starts as the
/// mean of the old ones, so that the head's outputs stay in their range and training tells the classes apart.
/// </summary>
public static class HeadResize
{
    private const int BoxChannels = 5;

    private const string Prefix = "yolo_head.yolo_output_";

    /// <summary>Whether a tensor is of the head.</summary>
    public static bool IsHead(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The number of classes of a head's tensor.</summary>
    /// <param name="tensor">Weight or bias of an output, or null.</param>
    /// <param name="network">The network, but for its number of classes.</param>
    /// <param name="classes">The number.</param>
    /// <returns>Whether any number of classes has so many channels.</returns>
    public static bool TryClassesOf(TensorData? tensor, NetworkOptions network, out int classes)
    {
        var anchors = network.AnchorMasks[0].Length;
        var channels = tensor is null || tensor.Shape.Length == 0 ? 0 : tensor.Shape[0];
        classes = (int)(channels / anchors) - BoxChannels - (network.IouAware ? 1 : 0);
        return channels % anchors == 0 && classes > 0;
    }

    /// <summary>Resizes weight or bias of an output.</summary>
    /// <param name="tensor">Float32, the channels first.</param>
    /// <param name="network">The network, but for its number of classes.</param>
    /// <param name="classes">The new number.</param>
    /// <exception cref="AlignException">It is no output of this network.</exception>
    public static TensorData Resize(TensorData tensor, NetworkOptions network, int classes)
    {
        if (!TryClassesOf(tensor, network, out var old) || tensor.Type != ElementType.Float32)
        {
            throw new AlignException(
                $"expected a float32 output of {network.AnchorMasks[0].Length} anchors, found {tensor}; ppyolo convert --dtype "
                    + "float32 changes its type"
            );
        }

        var anchors = network.AnchorMasks[0].Length;
        var row = (int)(tensor.Count / tensor.Shape[0]);
        var source = tensor.As<float>();
        var iou = network.IouAware ? anchors : 0;
        var bytes = new byte[(iou + (anchors * (BoxChannels + classes))) * row * sizeof(float)];
        var target = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        source[..(iou * row)].CopyTo(target);
        for (var anchor = 0; anchor < anchors; anchor++)
        {
            var from = source.Slice((iou + (anchor * (BoxChannels + old))) * row, (BoxChannels + old) * row);
            var to = target.Slice((iou + (anchor * (BoxChannels + classes))) * row, (BoxChannels + classes) * row);
            from[..(BoxChannels * row)].CopyTo(to);
            for (var i = 0; i < row; i++)
            {
                double sum = 0;
                for (var one = 0; one < old; one++)
                {
                    sum += from[((BoxChannels + one) * row) + i];
                }

                for (var one = 0; one < classes; one++)
                {
                    to[((BoxChannels + one) * row) + i] = (float)(sum / old);
                }
            }
        }

        return new(ElementType.Float32, [target.Length / row, .. tensor.Shape.AsSpan()[1..]], bytes);
    }
}
