namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// Ratios of norms of float64 tensors whose elements are too large or too small to be squared: each norm is taken of its elements divided
/// by their largest.
/// </summary>
/// <param name="RelativeL2">The norm of the difference divided by that of the first.</param>
/// <param name="Cosine">The cosine of the angle.</param>
internal readonly record struct ScaledRatios(double RelativeL2, double Cosine)
{
    private const double Largest = 1e300;
    private const double Smallest = 1e-270;

    /// <summary>Whether squares have left the range of float64, or may have lost digits below it.</summary>
    public static bool AreNeeded(in BlockSums sums) => !(InRange(sums.First) && InRange(sums.Second) && InRange(sums.Difference));

    /// <summary>
    /// The ratios of two tensors of finite elements that are not equal; the relative difference is infinite where an element's difference
    /// is.
    /// </summary>
    public static ScaledRatios Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double largestFirst = 0,
            largestSecond = 0,
            largestDifference = 0;
        for (var i = 0; i < first.Length; i++)
        {
            largestFirst = Math.Max(largestFirst, Math.Abs(first[i]));
            largestSecond = Math.Max(largestSecond, Math.Abs(second[i]));
            largestDifference = Math.Max(largestDifference, Math.Abs(first[i] - second[i]));
        }

        double squaresFirst = 0,
            squaresSecond = 0,
            squaresDifference = 0,
            product = 0;
        for (var i = 0; i < first.Length; i++)
        {
            var a = largestFirst == 0 ? 0 : first[i] / largestFirst;
            var b = largestSecond == 0 ? 0 : second[i] / largestSecond;
            var difference = double.IsInfinity(largestDifference) ? 1 : (first[i] - second[i]) / largestDifference;
            squaresFirst += a * a;
            squaresSecond += b * b;
            squaresDifference += difference * difference;
            product += a * b;
        }

        return new(
            largestFirst == 0 ? double.PositiveInfinity : largestDifference / largestFirst * Math.Sqrt(squaresDifference / squaresFirst),
            largestFirst == 0 || largestSecond == 0 ? 0 : product / Math.Sqrt(squaresFirst * squaresSecond)
        );
    }

    private static bool InRange(double sum) => sum is > Smallest and < Largest;
}
