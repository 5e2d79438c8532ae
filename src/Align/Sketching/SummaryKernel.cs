using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Sketching;

/// <summary>
/// One pass over a tensor for everything a <see cref="TensorSummary"/> holds, and over how it differs from an origin if there is one: then
/// it is the difference that is sketched. Work is cut into chunks of fixed size whose sums are added in order, so that the result does not
/// depend on the number of threads.
/// </summary>
internal static class SummaryKernel
{
    private const int ChunkElements = 1 << 18;
    private const int BlockElements = 512;

    internal sealed class Sums
    {
        public readonly double[] Signed = new double[Sketch.Size];
        public double Total;
        public double Squares;
        public double AbsMax;
        public long NonFinite;

        /// <summary>The sum of squared differences from the origin.</summary>
        public double Moved;
    }

    public static Sums Run(string name, TensorData tensor, TensorData? origin = null)
    {
        var stream = new PortableStream("sketch/" + name);
        var chunks = new Sums[(tensor.Count + ChunkElements - 1) / ChunkElements];
        if (chunks.Length == 1)
        {
            chunks[0] = Chunk(stream, tensor, origin, 0);
        }
        else
        {
            Parallel.For(0, chunks.Length, i => chunks[i] = Chunk(stream, tensor, origin, i));
        }

        // Spans over the elements do not keep the memory that they may be borrowed from.
        GC.KeepAlive(tensor);
        GC.KeepAlive(origin);
        return chunks.Length == 1 ? chunks[0] : Joined(chunks);
    }

    private static Sums Joined(Sums[] chunks)
    {
        var all = new Sums();
        foreach (var chunk in chunks)
        {
            for (var j = 0; j < Sketch.Size; j++)
            {
                all.Signed[j] += chunk.Signed[j];
            }

            all.Total += chunk.Total;
            all.Squares += chunk.Squares;
            all.AbsMax = Math.Max(all.AbsMax, chunk.AbsMax);
            all.NonFinite += chunk.NonFinite;
            all.Moved += chunk.Moved;
        }

        return all;
    }

    private static Sums Chunk(PortableStream stream, TensorData tensor, TensorData? origin, int chunk)
    {
        var sums = new Sums();
        var start = (long)chunk * ChunkElements;
        var end = Math.Min(start + ChunkElements, tensor.Count);
        Span<double> values = stackalloc double[BlockElements];
        Span<double> origins = stackalloc double[BlockElements];
        Span<ulong> bits = stackalloc ulong[BlockElements];
        // Lane l of register a sums the elements whose bit 8a+l is set.
        Span<Vector512<double>> set = stackalloc Vector512<double>[Sketch.Size / 8];
        set.Clear();
        double sketchedTotal = 0;
        for (var at = start; at < end; at += BlockElements)
        {
            var length = (int)Math.Min(BlockElements, end - at);
            var block = values[..length];
            Widening.ToDouble(tensor, at, block);
            sums.Total += TensorPrimitives.Sum<double>(block);
            sums.Squares += TensorPrimitives.SumOfSquares<double>(block);
            // MaxMagnitude propagates NaN, which Math.Max then keeps.
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(block));
            sums.AbsMax = Math.Max(sums.AbsMax, largest);
            if (!double.IsFinite(largest))
            {
                foreach (var value in block)
                {
                    sums.NonFinite += double.IsFinite(value) ? 0 : 1;
                }
            }

            if (origin is not null)
            {
                Widening.ToDouble(origin, at, origins[..length]);
                TensorPrimitives.Subtract(block, origins[..length], block);
                var moved = TensorPrimitives.SumOfSquares<double>(block);
                // What did not move adds nothing; neither do float64 differences whose squares are too small to be numbers.
                if (moved == 0)
                {
                    continue;
                }

                sums.Moved += moved;
            }

            stream.FillBits(bits[..length], at);
            if (!Vector512.IsHardwareAccelerated && Avx2.IsSupported)
            {
                var halves = MemoryMarshal.Cast<Vector512<double>, Vector256<double>>(set);
                AddSelected(halves[..(Sketch.Size / 8)], block, bits, 35);
                AddSelected(halves[(Sketch.Size / 8)..], block, bits, 3);
            }
            else
            {
                AddSelected(set, block, bits);
            }

            sketchedTotal += TensorPrimitives.Sum<double>(block);
        }

        for (var j = 0; j < Sketch.Size; j++)
        {
            // Sign +1 where the bit is set, -1 elsewhere: twice the selected sum less the whole.
            sums.Signed[j] = (2 * set[j / 8][j % 8]) - sketchedTotal;
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSelected(Span<Vector512<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits)
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
    /// The same for half of the bits with AVX2, which selects by the highest bit of a lane: the half's sums fit into its sixteen registers,
    /// and four of them take a shift, a selection and an addition.
    /// </summary>
    /// <param name="set">The half's sums, from that of its lowest bit on.</param>
    /// <param name="values">Elements.</param>
    /// <param name="bits">Bits of each.</param>
    /// <param name="shift">How far the fourth highest of the half's bits is below the highest of the word.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSelected(Span<Vector256<double>> set, ReadOnlySpan<double> values, ReadOnlySpan<ulong> bits, ulong shift)
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
