using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;

namespace PPYolo.Harness.Reference;

/// <summary>Compares generated batches with those the reference recorded.</summary>
internal static class BatchComparison
{
    /// <summary>
    /// Images and boxes must be equal; targets may differ in the last bit of their two logarithms, which C libraries round differently.
    /// </summary>
    private const double LogarithmBound = 1e-6;

    public static IEnumerable<Check> Run(IBatchSource generated, IBatchSource recorded, int iterations)
    {
        double inputs = 0,
            targets = 0;
        string? worstInput = null,
            worstTarget = null;
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var ours = generated.At(iteration).Named.ToDictionary();
            foreach (var (name, theirs) in recorded.At(iteration).Named)
            {
                var difference = ours.TryGetValue(name, out var mine) ? MaxDifference(mine, theirs) : double.NaN;
                if (name.StartsWith("target", StringComparison.Ordinal))
                {
                    Keep(ref targets, ref worstTarget, difference, iteration, name);
                }
                else
                {
                    Keep(ref inputs, ref worstInput, difference, iteration, name);
                }
            }
        }

        yield return new("images and boxes generated as recorded", "largest difference", inputs, 0, worstInput);
        yield return new("targets generated as recorded", "largest difference", targets, LogarithmBound, worstTarget)
        {
            Note = "equal but for the last bit of the two logarithms",
        };
    }

    private static void Keep(ref double largest, ref string? worst, double difference, int iteration, string name)
    {
        if (difference > largest || double.IsNaN(difference))
        {
            (largest, worst) = (difference, $"iteration {iteration} {name}");
        }
    }

    private static double MaxDifference(TensorData mine, TensorData theirs)
    {
        if (mine.BitwiseEquals(theirs))
        {
            return 0;
        }

        if (mine.Type != theirs.Type || !mine.Shape.AsSpan().SequenceEqual(theirs.Shape.AsSpan()))
        {
            return double.NaN;
        }

        double largest = 0;
        ReadOnlySpan<float> a = mine.As<float>(),
            b = theirs.As<float>();
        for (var i = 0; i < a.Length; i++)
        {
            var difference = Math.Abs((double)a[i] - b[i]);
            if (difference > largest || double.IsNaN(difference))
            {
                largest = difference;
            }
        }

        return largest;
    }
}
