namespace PPYolo.Align.Comparison.Kernels;

/// <summary>What is known of a chunk of two tensors.</summary>
internal struct FloatChunk
{
    public BlockSums Sums;
    public double FirstMoved;
    public double SecondMoved;
    public long NonFiniteFirst;
    public long NonFiniteSecond;
    public int WorstBlock;
    public bool BitwiseEqual;
}
