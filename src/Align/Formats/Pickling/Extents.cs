using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Extents and strides in pickles.</summary>
internal static class Extents
{
    /// <summary>The numbers of a tuple.</summary>
    /// <exception cref="AlignException">There are too many, or one is negative.</exception>
    public static long[] Of(PickleValue value, ByteSource source)
    {
        if (value.Content is not List<PickleValue> items || items.Count > NpyHeader.MaxRank)
        {
            throw source.Error($"at most {NpyHeader.MaxRank} extents", $"{value}");
        }

        return
        [
            .. items.Select(item =>
                item.Content is long and >= 0 ? (long)item.Content : throw source.Error("extents that are not negative", $"{item}")
            ),
        ];
    }

    /// <summary>The number of elements.</summary>
    /// <exception cref="AlignException">Memory cannot hold so many.</exception>
    public static long Count(long[] shape, ByteSource source)
    {
        try
        {
            return TensorData.CountOf(shape);
        }
        catch (AlignException error)
        {
            throw source.Error("a shape that memory can hold", string.Join('x', shape), inner: error);
        }
    }
}
