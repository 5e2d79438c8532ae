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
        }
    }

    /// <summary>The result.</summary>
    public abstract TensorMetrics Metrics();

    /// <summary>How far it has moved; null where the start is not known.</summary>
    public abstract Movement? Movement();

    protected abstract void Scan(int chunk, UlpCounter counter);

    protected abstract void EndPass(UlpCounter counter);

    /// <summary>The first element of a block whose difference is the largest.</summary>
    protected WorstElement? Worst(double largest, long from)
    {
        if (largest == 0)
        {
            return null;
        }

        var count = (int)Math.Min(BlockElements, First.Count - from);
        Span<double> first = stackalloc double[count],
            second = stackalloc double[count];
        Widening.ToDouble(PieceBuffer.Copy(First, from, count), 0, first);
        Widening.ToDouble(PieceBuffer.Copy(Second, from, count), 0, second);
        for (var i = 0; i < count; i++)
        {
            // A NaN equals a NaN here.
            if (Math.Abs(first[i] - second[i]).Equals(largest))
            {
                return new(IndexOf(from + i), first[i], second[i]);
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
