using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// One tensor in both sets while it is measured. It is cut into chunks of fixed size that any thread may take; their sums are added in
/// order, so that the result does not depend on who took which.
/// </summary>
internal abstract class PairScan
{
    /// <summary>Elements of a chunk: enough work for a thread to ask for the next.</summary>
    protected const int ChunkElements = UlpCounter.MaxElements;

    /// <summary>Elements of a block: two of them fit into a first cache of 32 KB.</summary>
    protected const int BlockElements = 1 << 11;

    private const int WidenedElements = 256;

    private TensorMetrics? metrics;
    private int left;

    protected PairScan(TensorData first, TensorData second)
    {
        First = first;
        Second = second;
        Chunks = (int)((first.Count + ChunkElements - 1) / ChunkElements);
        left = Chunks;
    }

    /// <summary>How many chunks there are; none for an empty tensor.</summary>
    public int Chunks { get; }

    /// <summary>Whether the chunks must be gone through once more.</summary>
    public abstract bool Pending { get; }

    protected TensorData First { get; }

    protected TensorData Second { get; }

    public static PairScan Of(TensorData first, TensorData second, TensorData? firstStart, TensorData? secondStart) =>
        first.Type switch
        {
            ElementType.Float16 => new FloatScan<ushort, Float16Elements>(first, second, firstStart, secondStart),
            ElementType.BFloat16 => new FloatScan<ushort, BFloat16Elements>(first, second, firstStart, secondStart),
            ElementType.Float32 => new FloatScan<float, Float32Elements>(first, second, firstStart, secondStart),
            ElementType.Float64 => new FloatScan<double, Float64Elements>(first, second, firstStart, secondStart),
            ElementType.Int8 => new IntegerScan<sbyte>(first, second, firstStart, secondStart),
            ElementType.UInt16 => new IntegerScan<ushort>(first, second, firstStart, secondStart),
            ElementType.Int16 => new IntegerScan<short>(first, second, firstStart, secondStart),
            ElementType.UInt32 => new IntegerScan<uint>(first, second, firstStart, secondStart),
            ElementType.Int32 => new IntegerScan<int>(first, second, firstStart, secondStart),
            ElementType.UInt64 => new IntegerScan<ulong>(first, second, firstStart, secondStart),
            ElementType.Int64 => new IntegerScan<long>(first, second, firstStart, secondStart),
            _ => new IntegerScan<byte>(first, second, firstStart, secondStart),
        };

    /// <summary>Goes through a chunk; the thread that goes through the last one ends the pass.</summary>
    public void Run(int chunk, UlpCounter counter)
    {
        Scan(chunk, counter);
        if (Interlocked.Decrement(ref left) == 0)
        {
            left = Chunks;
            EndPass(counter);
            // Here, where other threads do the same for other tensors: it reads the place of the largest difference once more.
            metrics = Pending ? null : Measured(counter);
        }
    }

    /// <summary>The result.</summary>
    public TensorMetrics Metrics() => metrics ??= Measured(null);

    /// <summary>How far it has moved; null where the start is not known.</summary>
    public abstract Movement? Movement();

    /// <summary>The result, once all passes have ended.</summary>
    /// <param name="counter">The counter of the thread that ended the last one; null where there is nothing to go through.</param>
    protected abstract TensorMetrics Measured(UlpCounter? counter);

    protected abstract void Scan(int chunk, UlpCounter counter);

    protected abstract void EndPass(UlpCounter counter);

    /// <summary>The first element of a block whose difference is the largest.</summary>
    protected WorstElement? Worst(double largest, long from, UlpCounter? counter)
    {
        if (largest == 0 || counter is null)
        {
            return null;
        }

        var count = (int)Math.Min(BlockElements, First.Count - from);
        var firstPiece = counter.First.Piece(First, from, count);
        var secondPiece = counter.Second.Piece(Second, from, count);
        Span<double> first = stackalloc double[Math.Min(count, WidenedElements)],
            second = stackalloc double[first.Length];
        for (var at = 0; at < count; at += WidenedElements)
        {
            var length = Math.Min(WidenedElements, count - at);
            Widening.ToDouble(firstPiece, at, first[..length]);
            Widening.ToDouble(secondPiece, at, second[..length]);
            for (var i = 0; i < length; i++)
            {
                // A NaN equals a NaN here.
                if (Math.Abs(first[i] - second[i]).Equals(largest))
                {
                    return new(IndexOf(from + at + i), first[i], second[i]);
                }
            }
        }

        return null;
    }

    protected long[] IndexOf(long element)
    {
        var index = new long[First.Shape.Length];
        for (var dimension = index.Length - 1; dimension >= 0; dimension--)
        {
            (element, index[dimension]) = Math.DivRem(element, First.Shape[dimension]);
        }

        return index;
    }
}
