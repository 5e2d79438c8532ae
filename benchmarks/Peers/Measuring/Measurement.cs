namespace PPYolo.Peers.Measuring;

/// <summary>What was measured of a contestant.</summary>
/// <param name="Name">The contestant.</param>
/// <param name="Times">Of each round.</param>
/// <param name="ResidentBefore">Kilobytes before the first round.</param>
/// <param name="ResidentPeak">Kilobytes at most during the rounds.</param>
internal sealed record Measurement(string Name, IReadOnlyList<RoundTime> Times, long ResidentBefore, long ResidentPeak)
{
    /// <summary>Seconds on the clock of the quickest round.</summary>
    public double Fastest => Times.Min(time => time.Wall);

    /// <summary>Seconds on the clock of the median round.</summary>
    public double Median => MedianOf(Times.Select(time => time.Wall));

    /// <summary>Processor seconds of the round with the least.</summary>
    public double Processor => Times.Min(time => time.Processor);

    /// <summary>Kilobytes that the rounds added.</summary>
    public long Extra => ResidentPeak - ResidentBefore;

    /// <summary>
    /// The median over rounds of this one's time divided by another's in the same round, which saw the same load, and the smallest and
    /// largest.
    /// </summary>
    public (double Median, double Least, double Most) RatioTo(Measurement other)
    {
        var ratios = Times.Zip(other.Times, (mine, theirs) => mine.Wall / theirs.Wall).ToList();
        return (MedianOf(ratios), ratios.Min(), ratios.Max());
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
