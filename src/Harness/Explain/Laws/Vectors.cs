namespace PPYolo.Harness.Explain.Laws;

/// <summary>Sums of sketches as vectors.</summary>
internal static class Vectors
{
    /// <summary>The difference.</summary>
    public static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    /// <summary>A multiple.</summary>
    public static double[] Times(double factor, double[] a) => [.. a.Select(x => factor * x)];

    /// <summary>The sum of multiples; terms that are null count nothing.</summary>
    public static double[] Combined(params ReadOnlySpan<(double Factor, double[]? Vector)> terms)
    {
        var sum = new double[Align.Sketching.StripedSummary.Stripes];
        foreach (var (factor, vector) in terms)
        {
            for (var i = 0; vector is not null && i < sum.Length; i++)
            {
                sum[i] += factor * vector[i];
            }
        }

        return sum;
    }

    /// <summary>The Euclidean norm.</summary>
    public static double Norm(double[] a) => Math.Sqrt(a.Sum(x => x * x));
}
