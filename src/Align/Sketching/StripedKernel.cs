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
        var lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        var signBit = Vector512.Create(0x80000000u);
        Span<Vector512<double>> striped = stackalloc Vector512<double>[StripedSummary.Stripes / 8];
        striped.Clear();
        var total = Vector512<double>.Zero;
        var squares = Vector512<double>.Zero;
        var largest = Vector512<int>.Zero;
        Span<float> last = stackalloc float[StripedSummary.Stripes];
        for (var block = 0; block * StripedSummary.Stripes < count; block++)
        {
            if (block % SignBlocks == 0)
            {
                Signs.FillBits(signs, (start / StripedSummary.Stripes) + block);
            }

            var at = elements + start + (block * StripedSummary.Stripes);
            var rest = count - (block * StripedSummary.Stripes);
            if (rest < StripedSummary.Stripes)
            {
                last.Clear();
                new ReadOnlySpan<float>(at, rest).CopyTo(last);
                Block(ref MemoryMarshal.GetReference(last), signs[block % SignBlocks], striped, ref total, ref squares, ref largest, lanes, signBit);
            }
            else
            {
                Block(ref *at, signs[block % SignBlocks], striped, ref total, ref squares, ref largest, lanes, signBit);
            }
        }

        MemoryMarshal.Cast<Vector512<double>, double>(striped).CopyTo(sums.Striped);
        sums.Total = Vector512.Sum(total);
        sums.Squares = Vector512.Sum(squares);
        for (var lane = 0; lane < Vector512<int>.Count; lane++)
        {
            sums.LargestBits = Math.Max(sums.LargestBits, largest[lane]);
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

    private static void Block(
        ref float at, ulong signs, Span<Vector512<double>> striped, ref Vector512<double> total, ref Vector512<double> squares, ref Vector512<int> largest, Vector512<uint> lanes, Vector512<uint> signBit)
    {
        for (var part = 0; part < 4; part++)
        {
            var values = Vector512.LoadUnsafe(ref at, (nuint)(part * 16));
            // As integers, magnitudes are ordered as they are, and NaN is above infinity.
            largest = Vector512.Max(largest, values.AsInt32() & Vector512.Create(0x7FFFFFFF));
            var bits = Vector512.Create((uint)(signs >> (part * 16)) & 0xFFFF) & lanes;
            var signed = (values.AsUInt32() ^ (Vector512.Equals(bits, lanes) & signBit)).AsSingle();
            var (low, high) = Vector512.Widen(signed);
            striped[2 * part] += low;
            striped[(2 * part) + 1] += high;
            squares += (low * low) + (high * high);
            (low, high) = Vector512.Widen(values);
            total += low + high;
        }
    }

    private sealed class Sums
    {
        public readonly double[] Striped = new double[StripedSummary.Stripes];
        public double Total;
        public double Squares;
        public int LargestBits;
        public long NonFinite;

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
