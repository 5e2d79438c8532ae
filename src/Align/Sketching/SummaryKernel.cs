using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
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
            var total = TensorPrimitives.Sum<double>(block);
            sums.Total += total;
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
                total = TensorPrimitives.Sum<double>(block);
            }

            stream.FillBits(bits[..length], at);
            // What is left of the last block adds nothing.
            values[length..].Clear();
            SelectedSums.Add(set, values[..((length + SelectedSums.Step - 1) & -SelectedSums.Step)], bits);
            sketchedTotal += total;
        }

        for (var j = 0; j < Sketch.Size; j++)
        {
            // Sign +1 where the bit is set, -1 elsewhere: twice the selected sum less the whole.
            sums.Signed[j] = (2 * set[j / 8][j % 8]) - sketchedTotal;
        }

        return sums;
    }
}
