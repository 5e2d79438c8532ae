using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PPYolo.Align.Generation;

namespace PPYolo.Align.Sketching;

/// <summary>
/// One pass over float32 elements for everything a <see cref="StripedSummary"/> holds. Work is cut into chunks of fixed size whose sums are added in order, so that
/// the result does not depend on the number of threads.
/// </summary>
internal static class StripedKernel
{
    private const int ChunkElements = 1 << 18;
    private const int SignBlocks = 512;
    private const int NonFiniteBits = 0x7F800000;

    private static readonly PortableStream Signs = new("sketch/striped");

    public static unsafe StripedSummary Run(ReadOnlySpan<float> elements)
    {
        var chunks = new Sums[(elements.Length + ChunkElements - 1) / ChunkElements];
        fixed (float* start = elements)
        {
            var (at, length) = ((nint)start, elements.Length);
            if (chunks.Length <= 1)
            {
                return Chunk(start, 0, length).Finish(length);
            }

            Parallel.For(0, chunks.Length, i => chunks[i] = Chunk((float*)at, i * ChunkElements, Math.Min(ChunkElements, length - (i * ChunkElements))));
        }

        var all = new Sums();
        foreach (var chunk in chunks)
        {
            all.Add(chunk);
        }

        return all.Finish(elements.Length);
    }

    private static unsafe Sums Chunk(float* elements, int start, int count)
    {
        var sums = new Sums();
        Span<ulong> signs = stackalloc ulong[SignBlocks];
        Span<float> last = stackalloc float[StripedSummary.Stripes];
        for (var at = 0; at < count; at += SignBlocks * StripedSummary.Stripes)
        {
            Signs.FillBits(signs, (start + at) / StripedSummary.Stripes);
            var blocks = Math.Min(SignBlocks, (count - at) / StripedSummary.Stripes);
            Blocks(elements + start + at, signs[..blocks], sums);
            var rest = count - at - (blocks * StripedSummary.Stripes);
            if (rest > 0 && blocks < SignBlocks)
            {
                last.Clear();
                new ReadOnlySpan<float>(elements + start + at + (blocks * StripedSummary.Stripes), rest).CopyTo(last);
                fixed (float* padded = last)
                {
                    Blocks(padded, signs.Slice(blocks, 1), sums);
                }
            }
        }

        if (sums.LargestBits >= NonFiniteBits)
        {
            foreach (var value in new ReadOnlySpan<float>(elements + start, count))
            {
                sums.NonFinite += float.IsFinite(value) ? 0 : 1;
            }
        }

        return sums;
    }

    /// <summary>Adds whole blocks of 64 elements. Everything it adds up stays in registers, which is what makes it as quick as memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Blocks(float* at, ReadOnlySpan<ulong> signs, Sums sums)
    {
        var lanes = Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);
        var signBit = Vector512.Create(1ul << 63);
        var magnitude = Vector512.Create(0x7FFFFFFF);
        var largest = Vector512.Create(sums.LargestBits);
        Vector512<double> total = default, squares = default;
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        foreach (var bits in signs)
        {
            Part(at, bits, ref s0, ref s1, ref total, ref squares, ref largest, lanes, signBit, magnitude);
            Part(at + 16, bits >> 16, ref s2, ref s3, ref total, ref squares, ref largest, lanes, signBit, magnitude);
            Part(at + 32, bits >> 32, ref s4, ref s5, ref total, ref squares, ref largest, lanes, signBit, magnitude);
            Part(at + 48, bits >> 48, ref s6, ref s7, ref total, ref squares, ref largest, lanes, signBit, magnitude);
            at += StripedSummary.Stripes;
        }

        sums.Add([s0, s1, s2, s3, s4, s5, s6, s7], Vector512.Sum(total), Vector512.Sum(squares));
        for (var lane = 0; lane < Vector512<int>.Count; lane++)
        {
            sums.LargestBits = Math.Max(sums.LargestBits, largest[lane]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Part(
        float* at, ulong bits, ref Vector512<double> first, ref Vector512<double> second, ref Vector512<double> total, ref Vector512<double> squares, ref Vector512<int> largest,
        Vector512<ulong> lanes, Vector512<ulong> signBit, Vector512<int> magnitude)
    {
        var values = Vector512.Load(at);
        // As integers, magnitudes are ordered as they are, and NaN is above infinity.
        largest = Vector512.Max(largest, values.AsInt32() & magnitude);
        var (low, high) = Vector512.Widen(values);
        first += Signed(low, bits, lanes, signBit);
        second += Signed(high, bits >> 8, lanes, signBit);
        squares += (low * low) + (high * high);
        total += low + high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Signed(Vector512<double> values, ulong bits, Vector512<ulong> lanes, Vector512<ulong> signBit) =>
        (values.AsUInt64() ^ (Vector512.Equals(Vector512.Create(bits) & lanes, lanes) & signBit)).AsDouble();

    private sealed class Sums
    {
        public readonly double[] Striped = new double[StripedSummary.Stripes];
        public double Total;
        public double Squares;
        public int LargestBits;
        public long NonFinite;

        public void Add(ReadOnlySpan<Vector512<double>> striped, double total, double squares)
        {
            var added = MemoryMarshal.Cast<Vector512<double>, double>(striped);
            for (var i = 0; i < Striped.Length; i++)
            {
                Striped[i] += added[i];
            }

            Total += total;
            Squares += squares;
        }

        public void Add(Sums other)
        {
            for (var i = 0; i < Striped.Length; i++)
            {
                Striped[i] += other.Striped[i];
            }

            Total += other.Total;
            Squares += other.Squares;
            LargestBits = Math.Max(LargestBits, other.LargestBits);
            NonFinite += other.NonFinite;
        }

        public StripedSummary Finish(int count) =>
            new(Math.Sqrt(Squares), Total / Math.Max(1, count), LargestBits >= NonFiniteBits ? double.NaN : BitConverter.Int32BitsToSingle(LargestBits), NonFinite, Striped);
    }
}
