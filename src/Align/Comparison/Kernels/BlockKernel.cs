using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// Sums over blocks that fit into the first cache. Every sum runs in sixteen lanes that are added in a fixed order, in float64 with fused
/// multiplication, so that all machines get the same bits.
/// </summary>
internal static class BlockKernel
{
    /// <summary>Elements that are summed at a time; what is left over is filled up with zeros, which change no sum.</summary>
    private const int Step = 16;

    private const int Half = Step / 2;

    /// <summary>All sums of two blocks of the same length.</summary>
    public static BlockSums Sums<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var whole = first.Length & -Step;
        var sums = WholeOrNarrowSums<T, TElements>(first[..whole], second[..whole]);
        if (whole < first.Length)
        {
            Span<T> lastFirst = stackalloc T[Step],
                lastSecond = stackalloc T[Step];
            lastFirst.Clear();
            lastSecond.Clear();
            first[whole..].CopyTo(lastFirst);
            second[whole..].CopyTo(lastSecond);
            sums.Add(WholeSums<T, TElements>(lastFirst, lastSecond));
        }

        return sums;
    }

    /// <summary>
    /// The sums of a block with itself: the same bits as <see cref="Sums"/> gives, for half the memory and a quarter of the work.
    /// </summary>
    public static BlockSums OwnSums<T, TElements>(ReadOnlySpan<T> block)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var whole = block.Length & -Step;
        var squares = WholeSquares<T, TElements>(block[..whole]);
        if (whole < block.Length)
        {
            Span<T> last = stackalloc T[Step];
            last.Clear();
            block[whole..].CopyTo(last);
            squares += WholeSquares<T, TElements>(last);
        }

        return new()
        {
            First = squares,
            Second = squares,
            Product = squares,
        };
    }

    /// <summary>The sum of squared differences: the same bits as <see cref="Sums"/> gives.</summary>
    public static double SquaredDistance<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var whole = first.Length & -Step;
        var distance = WholeSquaredDistance<T, TElements>(first[..whole], second[..whole]);
        if (whole < first.Length)
        {
            Span<T> lastFirst = stackalloc T[Step],
                lastSecond = stackalloc T[Step];
            lastFirst.Clear();
            lastSecond.Clear();
            first[whole..].CopyTo(lastFirst);
            second[whole..].CopyTo(lastSecond);
            distance += WholeSquaredDistance<T, TElements>(lastFirst, lastSecond);
        }

        return distance;
    }

    private static BlockSums WholeOrNarrowSums<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T> =>
        Float32Kernel.IsSupported
        && typeof(T) == typeof(float)
        && Float32Kernel.TrySum(MemoryMarshal.Cast<T, float>(first), MemoryMarshal.Cast<T, float>(second), out var sums)
            ? sums
            : WholeSums<T, TElements>(first, second);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static BlockSums WholeSums<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        // A magnitude's bits are ordered as it is, NaN above infinity: as integers their maximum costs one instruction and loses no NaN.
        var magnitude = Vector512.Create(long.MaxValue);
        Vector512<double> difference0 = default,
            difference1 = default,
            first0 = default,
            first1 = default;
        Vector512<double> second0 = default,
            second1 = default,
            product0 = default,
            product1 = default;
        Vector512<long> largest0 = default,
            largest1 = default;
        for (var i = 0; i < first.Length; i += Step)
        {
            var x0 = TElements.Widen(in Offset(ref a, i));
            var x1 = TElements.Widen(in Offset(ref a, i + Half));
            var y0 = TElements.Widen(in Offset(ref b, i));
            var y1 = TElements.Widen(in Offset(ref b, i + Half));
            var d0 = x0 - y0;
            var d1 = x1 - y1;
            difference0 = Vector512.FusedMultiplyAdd(d0, d0, difference0);
            difference1 = Vector512.FusedMultiplyAdd(d1, d1, difference1);
            first0 = Vector512.FusedMultiplyAdd(x0, x0, first0);
            first1 = Vector512.FusedMultiplyAdd(x1, x1, first1);
            second0 = Vector512.FusedMultiplyAdd(y0, y0, second0);
            second1 = Vector512.FusedMultiplyAdd(y1, y1, second1);
            product0 = Vector512.FusedMultiplyAdd(x0, y0, product0);
            product1 = Vector512.FusedMultiplyAdd(x1, y1, product1);
            largest0 = Vector512.Max(largest0, d0.AsInt64() & magnitude);
            largest1 = Vector512.Max(largest1, d1.AsInt64() & magnitude);
        }

        var largest = 0L;
        var lanes = Vector512.Max(largest0, largest1);
        for (var lane = 0; lane < Vector512<long>.Count; lane++)
        {
            largest = Math.Max(largest, lanes[lane]);
        }

        return new()
        {
            Difference = Total(difference0, difference1),
            First = Total(first0, first1),
            Second = Total(second0, second1),
            Product = Total(product0, product1),
            MaxAbs = BitConverter.Int64BitsToDouble(largest),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double WholeSquares<T, TElements>(ReadOnlySpan<T> block)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(block);
        Vector512<double> squares0 = default,
            squares1 = default;
        for (var i = 0; i < block.Length; i += Step)
        {
            var x0 = TElements.Widen(in Offset(ref a, i));
            var x1 = TElements.Widen(in Offset(ref a, i + Half));
            squares0 = Vector512.FusedMultiplyAdd(x0, x0, squares0);
            squares1 = Vector512.FusedMultiplyAdd(x1, x1, squares1);
        }

        return Total(squares0, squares1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double WholeSquaredDistance<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        Vector512<double> sum0 = default,
            sum1 = default;
        for (var i = 0; i < first.Length; i += Step)
        {
            var d0 = TElements.Widen(in Offset(ref a, i)) - TElements.Widen(in Offset(ref b, i));
            var d1 = TElements.Widen(in Offset(ref a, i + Half)) - TElements.Widen(in Offset(ref b, i + Half));
            sum0 = Vector512.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector512.FusedMultiplyAdd(d1, d1, sum1);
        }

        return Total(sum0, sum1);
    }

    // Vector512.Sum may add the lanes in another order on other hardware.
    private static double Total(Vector512<double> lower, Vector512<double> upper)
    {
        var lanes = lower + upper;
        return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
    }

    private static ref T Offset<T>(ref T start, int elements)
        where T : unmanaged => ref Unsafe.Add(ref start, elements);
}
