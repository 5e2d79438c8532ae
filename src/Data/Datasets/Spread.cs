namespace PPYolo.Data.Datasets;

/// <summary>The smallest, middle and largest of some numbers.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Median">The middle one, the upper of two.</param>
/// <param name="Most">The largest.</param>
public readonly record struct Spread(int Least, int Median, int Most)
{
    /// <summary>Of numbers in any order; zeros of none.</summary>
    public static Spread Of(IEnumerable<int> numbers)
    {
        int[] sorted = [.. numbers.Order()];
        return sorted.Length == 0 ? default : new(sorted[0], sorted[sorted.Length / 2], sorted[^1]);
    }

    /// <inheritdoc />
    public override string ToString() => Least == Most ? $"{Least}" : $"{Least} to {Most}, median {Median}";
}
