using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Align.Sketching;

/// <summary>Adds elements to those of a sketch's 64 sums whose bit is set.</summary>
internal static class SelectedSums
{
    /// <summary>How many elements are added at a time.</summary>
    public const int Step = 4;

    /// <summary>Adds elements.</summary>
    /// <param name="set">Lane l of register a sums the elements whose bit 8a+l is set.</param>
    /// <param name="values">The elements, a multiple of <see cref="Step"/>.</param>
    /// <param name="bits">The bits of each.</param>
    public static void Add(Span<Vector512<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits)
    {
        if (Avx512F.IsSupported && Bmi2.X64.IsSupported)
        {
            AddByFours(set, values, bits);
        }
        else if (!Vector512.IsHardwareAccelerated && Avx2.IsSupported)
        {
            var halves = MemoryMarshal.Cast<Vector512<double>, Vector256<double>>(set);
            AddHalf(halves[..(Sketch.Size / 8)], values, bits, 35);
            AddHalf(halves[(Sketch.Size / 8)..], values, bits, 3);
        }
        else
        {
            AddOneByOne(set, values, bits);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOneByOne(Span<Vector512<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits)
    {
        var lanes = Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128);
        Vector512<double> s0 = set[0],
            s1 = set[1],
            s2 = set[2],
            s3 = set[3],
            s4 = set[4],
            s5 = set[5],
            s6 = set[6],
            s7 = set[7];
        for (var i = 0; i < values.Length; i++)
        {
            var value = Vector512.Create(values[i]);
            var z = Vector512.Create(bits[i]);
            s0 = AddWhereSet(s0, value, z, lanes);
            s1 = AddWhereSet(s1, value, z, lanes << 8);
            s2 = AddWhereSet(s2, value, z, lanes << 16);
            s3 = AddWhereSet(s3, value, z, lanes << 24);
            s4 = AddWhereSet(s4, value, z, lanes << 32);
            s5 = AddWhereSet(s5, value, z, lanes << 40);
            s6 = AddWhereSet(s6, value, z, lanes << 48);
            s7 = AddWhereSet(s7, value, z, lanes << 56);
        }

        set[0] = s0;
        set[1] = s1;
        set[2] = s2;
        set[3] = s3;
        set[4] = s4;
        set[5] = s5;
        set[6] = s6;
        set[7] = s7;
    }

    /// <summary>
    /// The same with AVX-512, four elements at a time: a lane picks the sum of those that it takes out of the sixteen that there can be,
    /// which is one selection and one addition where one by one it were four tests and four additions. Rounding is that of another order:
    /// in float64, far below all noise.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddByFours(Span<Vector512<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits)
    {
        // Which of the sums hold the first, the second and the third element; the other eight hold the fourth as well.
        Vector512<double> firsts = Vector512.Create(0UL, ~0UL, 0, ~0UL, 0, ~0UL, 0, ~0UL).AsDouble(),
            seconds = Vector512.Create(0UL, 0, ~0UL, ~0UL, 0, 0, ~0UL, ~0UL).AsDouble(),
            thirds = Vector512.Create(0UL, 0, 0, 0, ~0UL, ~0UL, ~0UL, ~0UL).AsDouble();
        Vector512<double> s0 = set[0],
            s1 = set[1],
            s2 = set[2],
            s3 = set[3],
            s4 = set[4],
            s5 = set[5],
            s6 = set[6],
            s7 = set[7];
        for (var i = 0; i < values.Length; i += Step)
        {
            var lower =
                (Vector512.Create(values[i]) & firsts)
                + (Vector512.Create(values[i + 1]) & seconds)
                + (Vector512.Create(values[i + 2]) & thirds);
            var upper = lower + Vector512.Create(values[i + 3]);
            var (a, b, c, d) = (bits[i], bits[i + 1], bits[i + 2], bits[i + 3]);
            Add(Choices(a, b, c, d, 0), lower, upper, ref s0, ref s1);
            Add(Choices(a, b, c, d, 16), lower, upper, ref s2, ref s3);
            Add(Choices(a, b, c, d, 32), lower, upper, ref s4, ref s5);
            Add(Choices(a, b, c, d, 48), lower, upper, ref s6, ref s7);
        }

        set[0] = s0;
        set[1] = s1;
        set[2] = s2;
        set[3] = s3;
        set[4] = s4;
        set[5] = s5;
        set[6] = s6;
        set[7] = s7;
    }

    /// <summary>For each of sixteen lanes a digit of four bits: which of four elements it takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Choices(ulong first, ulong second, ulong third, ulong fourth, int lane) =>
        Bmi2.X64.ParallelBitDeposit(first >> lane, 0x1111111111111111)
        | Bmi2.X64.ParallelBitDeposit(second >> lane, 0x2222222222222222)
        | Bmi2.X64.ParallelBitDeposit(third >> lane, 0x4444444444444444)
        | Bmi2.X64.ParallelBitDeposit(fourth >> lane, 0x8888888888888888);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ulong choices,
        Vector512<double> lower,
        Vector512<double> upper,
        ref Vector512<double> low,
        ref Vector512<double> high
    )
    {
        // A selection looks at the lowest four bits of a lane.
        var all = Vector512.Create(choices);
        var shifts = Vector512.Create(0UL, 4, 8, 12, 16, 20, 24, 28);
        low += Avx512F.PermuteVar8x64x2(lower, Avx512F.ShiftRightLogicalVariable(all, shifts).AsInt64(), upper);
        high += Avx512F.PermuteVar8x64x2(lower, Avx512F.ShiftRightLogicalVariable(all, shifts + Vector512.Create(32UL)).AsInt64(), upper);
    }

    /// <summary>
    /// The same for half of the bits with AVX2, which selects by the highest bit of a lane: the half's sums fit into its sixteen registers,
    /// and four of them take a shift, a selection and an addition.
    /// </summary>
    /// <param name="set">The half's sums, from that of its lowest bit on.</param>
    /// <param name="values">Elements.</param>
    /// <param name="bits">Bits of each.</param>
    /// <param name="shift">How far the fourth highest of the half's bits is below the highest of the word.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddHalf(Span<Vector256<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits, ulong shift)
    {
        var counts = Vector256.Create(shift, shift - 1, shift - 2, shift - 3);
        Vector256<double> s0 = set[0],
            s1 = set[1],
            s2 = set[2],
            s3 = set[3],
            s4 = set[4],
            s5 = set[5],
            s6 = set[6],
            s7 = set[7];
        for (var i = 0; i < values.Length; i++)
        {
            var value = Vector256.Create(values[i]);
            var z = Avx2.ShiftLeftLogicalVariable(Vector256.Create(bits[i]), counts);
            s7 += Avx.BlendVariable(Vector256<double>.Zero, value, z.AsDouble());
            s6 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 4).AsDouble());
            s5 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 8).AsDouble());
            s4 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 12).AsDouble());
            s3 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 16).AsDouble());
            s2 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 20).AsDouble());
            s1 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 24).AsDouble());
            s0 += Avx.BlendVariable(Vector256<double>.Zero, value, (z << 28).AsDouble());
        }

        set[0] = s0;
        set[1] = s1;
        set[2] = s2;
        set[3] = s3;
        set[4] = s4;
        set[5] = s5;
        set[6] = s6;
        set[7] = s7;
    }

    /// <summary>One test and one masked addition where the machine has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AddWhereSet(
        Vector512<double> sum,
        Vector512<double> value,
        Vector512<ulong> z,
        Vector512<ulong> bit
    ) => Vector512.ConditionalSelect(~Vector512.Equals(z & bit, Vector512<ulong>.Zero).AsDouble(), sum + value, sum);
}
