using System.Runtime.InteropServices;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>Gathers elements that lie apart into C order.</summary>
internal static class Strided
{
    /// <summary>Copies elements; the caller has checked that every one of them is within the source.</summary>
    /// <param name="source">The bytes from the first element on.</param>
    /// <param name="size">Bytes of one element: 1, 2, 4 or 8.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="strides">The distance in elements between neighbours of each dimension; not negative.</param>
    /// <param name="target">Where the elements go one after the other.</param>
    public static void Gather(ReadOnlySpan<byte> source, int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<byte> target)
    {
        switch (size)
        {
            case 1:
                Gather(source, shape, strides, target);
                break;
            case 2:
                Gather(MemoryMarshal.Cast<byte, ushort>(source), shape, strides, MemoryMarshal.Cast<byte, ushort>(target));
                break;
            case 4:
                Gather(MemoryMarshal.Cast<byte, uint>(source), shape, strides, MemoryMarshal.Cast<byte, uint>(target));
                break;
            case 8:
                Gather(MemoryMarshal.Cast<byte, ulong>(source), shape, strides, MemoryMarshal.Cast<byte, ulong>(target));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(size));
        }
    }

    private static void Gather<T>(ReadOnlySpan<T> source, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<T> target)
        where T : unmanaged
    {
        if (target.Length == 0)
        {
            return;
        }

        var rank = shape.Length;
        var inner = rank == 0 ? 1 : shape[^1];
        var step = rank == 0 ? 0 : strides[^1];
        var index = new long[rank];
        var from = 0L;
        var to = 0;
        while (true)
        {
            var at = from;
            for (var column = 0L; column < inner; column++, at += step)
            {
                target[to++] = source[(int)at];
            }

            var dimension = rank - 2;
            while (dimension >= 0 && ++index[dimension] == shape[dimension])
            {
                from -= (shape[dimension] - 1) * strides[dimension];
                index[dimension--] = 0;
            }

            if (dimension < 0)
            {
                return;
            }

            from += strides[dimension];
        }
    }
}
