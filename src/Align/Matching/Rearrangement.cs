using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Matching;

/// <summary>Tensors whose dimensions are exchanged.</summary>
internal static class Rearrangement
{
    /// <summary>Rows for columns.</summary>
    public static readonly int[] Transposed = [1, 0];

    /// <summary>Channels from the last place to the second.</summary>
    public static readonly int[] ChannelsFirst = [0, 3, 1, 2];

    /// <summary>The extents of a tensor whose dimensions are taken in this order.</summary>
    public static long[] Shape(IReadOnlyList<long> shape, int[] axes) => [.. axes.Select(axis => shape[axis])];

    /// <summary>Whether the elements stay in their order: no more than one extent that is exchanged is above 1.</summary>
    public static bool KeepsOrder(IReadOnlyList<long> shape, int[] axes)
    {
        var moved = axes.Where(axis => shape[axis] > 1).ToList();
        return moved.SequenceEqual(moved.Order());
    }

    /// <summary>The tensor with its dimensions in this order.</summary>
    public static TensorData Of(TensorData tensor, int[] axes)
    {
        var size = tensor.Type.Size();
        var source = tensor.Bytes.Span;
        var strides = new long[axes.Length];
        long stride = 1;
        for (var axis = axes.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= tensor.Shape[axis];
        }

        var shape = Shape(tensor.Shape, axes);
        var target = new byte[source.Length];
        var at = new long[axes.Length];
        long from = 0;
        for (long i = 0; i < tensor.Count; i++)
        {
            source.Slice((int)(from * size), size).CopyTo(target.AsSpan((int)(i * size)));
            for (var axis = axes.Length - 1; axis >= 0; axis--)
            {
                from += strides[axes[axis]];
                if (++at[axis] < shape[axis])
                {
                    break;
                }

                from -= strides[axes[axis]] * shape[axis];
                at[axis] = 0;
            }
        }

        return new(tensor.Type, shape, target);
    }

    /// <summary>The summary of a tensor of any floating-point type; null of another.</summary>
    public static StripedSummary? Summary(TensorData tensor) => tensor.Type.IsFloatingPoint() ? StripedSummary.Of(tensor) : null;
}
