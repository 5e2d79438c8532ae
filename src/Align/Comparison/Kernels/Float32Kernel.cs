using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// The sums of <see cref="BlockKernel"/> over float32 on processors whose registers hold four numbers of float64. The sixteen lanes of all
/// sums do not fit into their sixteen registers: eight of them are summed at a time, while the block is in the first cache. Every lane, and
/// so every bit, is the same.
/// </summary>
internal static class Float32Kernel
{
    private const int Step = 16;
    private const int Quarter = 4;

    // Eight lanes of each sum.
    private struct Lanes
    {
        public Vector256<double> Difference0,
            Difference1;
        public Vector256<double> First0,
            First1;
        public Vector256<double> Second0,
            Second1;
        public Vector256<double> Product0,
            Product1;
        public Vector256<double> Largest0,
            Largest1;
    }

    /// <summary>Whether this is the way to go here.</summary>
    public static bool IsSupported => Fma.IsSupported && !Vector512.IsHardwareAccelerated;

    /// <summary>All sums of two blocks of the same length, a multiple of sixteen.</summary>
    /// <returns>False where a difference is no number: a maximum of float64 loses those.</returns>
    public static bool TrySum(ReadOnlySpan<float> first, ReadOnlySpan<float> second, out BlockSums sums)
    {
        Sum(first, second, 0, out var lower);
        Sum(first, second, Step / 2, out var upper);
        var largest = Vector256.Max(Vector256.Max(lower.Largest0, lower.Largest1), Vector256.Max(upper.Largest0, upper.Largest1));
        sums = new()
        {
            Difference = Total(lower.Difference0, lower.Difference1, upper.Difference0, upper.Difference1),
            First = Total(lower.First0, lower.First1, upper.First0, upper.First1),
            Second = Total(lower.Second0, lower.Second1, upper.Second0, upper.Second1),
            Product = Total(lower.Product0, lower.Product1, upper.Product0, upper.Product1),
            MaxAbs = Math.Max(Math.Max(largest[0], largest[1]), Math.Max(largest[2], largest[3])),
        };
        // A sum of squares is no number where, and only where, one of them is none.
        return !double.IsNaN(sums.Difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int from, out Lanes lanes)
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        var sign = Vector256.Create(-0.0);
        Vector256<double> difference0 = default,
            difference1 = default,
            first0 = default,
            first1 = default,
            second0 = default,
            second1 = default,
            product0 = default,
            product1 = default,
            largest0 = default,
            largest1 = default;
        for (var i = from; i < first.Length; i += Step)
        {
            var x = Avx.ConvertToVector256Double(Vector128.LoadUnsafe(ref a, (nuint)i));
            var y = Avx.ConvertToVector256Double(Vector128.LoadUnsafe(ref b, (nuint)i));
            var d = x - y;
            difference0 = Fma.MultiplyAdd(d, d, difference0);
            first0 = Fma.MultiplyAdd(x, x, first0);
            second0 = Fma.MultiplyAdd(y, y, second0);
            product0 = Fma.MultiplyAdd(x, y, product0);
            largest0 = Avx.Max(largest0, Avx.AndNot(sign, d));
            x = Avx.ConvertToVector256Double(Vector128.LoadUnsafe(ref a, (nuint)(i + Quarter)));
            y = Avx.ConvertToVector256Double(Vector128.LoadUnsafe(ref b, (nuint)(i + Quarter)));
            d = x - y;
            difference1 = Fma.MultiplyAdd(d, d, difference1);
            first1 = Fma.MultiplyAdd(x, x, first1);
            second1 = Fma.MultiplyAdd(y, y, second1);
            product1 = Fma.MultiplyAdd(x, y, product1);
            largest1 = Avx.Max(largest1, Avx.AndNot(sign, d));
        }

        lanes.Difference0 = difference0;
        lanes.Difference1 = difference1;
        lanes.First0 = first0;
        lanes.First1 = first1;
        lanes.Second0 = second0;
        lanes.Second1 = second1;
        lanes.Product0 = product0;
        lanes.Product1 = product1;
        lanes.Largest0 = largest0;
        lanes.Largest1 = largest1;
    }

    // In the order of BlockKernel.
    private static double Total(Vector256<double> lane0, Vector256<double> lane4, Vector256<double> lane8, Vector256<double> lane12)
    {
        var lanes = (lane0 + lane8) + (lane4 + lane12);
        return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    }
}
