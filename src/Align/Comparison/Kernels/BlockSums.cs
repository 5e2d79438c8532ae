namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// Sums over the elements of two tensors or parts of them; adding parts in a fixed order gives the same bits whoever made them.
/// </summary>
internal struct BlockSums
{
    /// <summary>Of (first - second)^2.</summary>
    public double Difference;

    /// <summary>Of first^2.</summary>
    public double First;

    /// <summary>Of second^2.</summary>
    public double Second;

    /// <summary>Of first * second.</summary>
    public double Product;

    /// <summary>The largest |first - second|; NaN where there is one.</summary>
    public double MaxAbs;

    public void Add(in BlockSums other)
    {
        Difference += other.Difference;
        First += other.First;
        Second += other.Second;
        Product += other.Product;
        // Math.Max keeps a NaN.
        MaxAbs = Math.Max(MaxAbs, other.MaxAbs);
    }
}
