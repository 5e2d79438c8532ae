namespace PPYolo.Train.Capsules;

/// <summary>
/// How large a positive number may be after those before it: robust, so that a few outliers among them move nothing, and on logarithms,
/// since norms vary by factors.
/// </summary>
internal static class UsualRange
{
    /// <summary>So many numbers must be known before another is judged.</summary>
    public const int Least = 8;

    /// <summary>A number may always be so many times the median.</summary>
    public const double Factor = 4;

    /// <summary>How many robust standard deviations from the median are usual, where these are more.</summary>
    public const double Deviations = 8;

    // The median absolute deviation of normal numbers in units of their standard deviation.
    private const double Normal = 1.4826;

    /// <summary>The rule in a sentence.</summary>
    public static string Rule(string earlier) =>
        $"more than {Factor} times the median of {earlier}, and more than {Deviations} robust standard deviations ({Normal} times the "
        + $"median absolute deviation, of logarithms) above it; judged from {Least} of them on";

    /// <summary>The median of what was before, and the largest number that is usual; null where too few are known.</summary>
    /// <param name="earlier">Positive numbers.</param>
    public static (double Median, double Limit)? Of(IEnumerable<double> earlier)
    {
        List<double> logarithms = [.. earlier.Where(value => value > 0 && double.IsFinite(value)).Select(value => Math.Log(value))];
        if (logarithms.Count < Least)
        {
            return null;
        }

        var median = Median(logarithms);
        var deviation = Normal * Median(logarithms.ConvertAll(value => Math.Abs(value - median)));
        return (Math.Exp(median), Math.Exp(median + Math.Max(Math.Log(Factor), Deviations * deviation)));
    }

    private static double Median(List<double> values)
    {
        List<double> sorted = [.. values.Order()];
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
