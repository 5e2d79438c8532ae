using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// How much of what differs a law predicts from the second run's own tensors: the share of the differing entries that it gives, less the
/// share of what agrees and what it would change. It takes no training, so that it serves runs of any network.
/// </summary>
internal static class LawShare
{
    /// <summary>What is predicted as well is predicted: rounding in float32 over a step.</summary>
    private const double Exact = 1e-5;

    /// <summary>What is within rounding of a prediction must be clearly further from the first run.</summary>
    private const double Clearly = 0.5;

    /// <summary>A prediction is nearer to what was found than the first run by this share, or it says nothing.</summary>
    private const double Nearer = 0.05;

    /// <summary>The share, and the entries that were predicted.</summary>
    /// <param name="second">The run that differs.</param>
    /// <param name="comparison">Where it does, up to the frontier's iteration.</param>
    /// <param name="phase">The phase of the entries that count.</param>
    /// <param name="predict">The sums of an entry as the law has them; null where it says nothing of it.</param>
    /// <param name="right">
    /// The same by the first run's law, or null. Where nothing up to the frontier's iteration can be predicted, since the steps before were
    /// not traced, what that law does not give in any iteration is what differs.
    /// </param>
    public static (double Share, int Predicted, int Differing) Of(
        ExplainedRun second,
        TraceComparison comparison,
        TracePhase phase,
        Func<int, string, double[]?> predict,
        Func<int, string, double[]?>? right = null
    )
    {
        var share = Count(second, comparison, phase, predict, null);
        return share.Differing == 0 && right is not null ? Count(second, comparison, phase, predict, right) : share;
    }

    private static (double Share, int Predicted, int Differing) Count(
        ExplainedRun second,
        TraceComparison comparison,
        TracePhase phase,
        Func<int, string, double[]?> predict,
        Func<int, string, double[]?>? right
    )
    {
        int differing = 0,
            predicted = 0,
            spoilt = 0;
        foreach (var difference in comparison.Differences)
        {
            if (
                difference.Key.Phase != phase
                || difference.Rank != 0
                || difference.Note is not null
                || (right is null && difference.Iteration > comparison.Frontier!.Iteration)
                || second.Sums(difference.Iteration, phase, difference.Key.Name) is not { } found
                || predict(difference.Iteration, difference.Key.Name) is not { } expected
            )
            {
                continue;
            }

            var distance = Distance(expected, found);
            var apart =
                right is null ? difference.Relative
                : right(difference.Iteration, difference.Key.Name) is { } law ? Distance(law, found)
                : 0;
            if (right is null ? difference.Exceeds : apart > difference.Bound)
            {
                differing++;
                predicted += distance <= Math.Max(Math.Min(Exact, Clearly * apart), Nearer * apart) ? 1 : 0;
            }
            else
            {
                spoilt += distance > Math.Max(difference.Bound, 2 * apart) ? 1 : 0;
            }
        }

        return differing == 0
            ? (0, 0, 0)
            : (Math.Max(0, (predicted / (double)differing) - (spoilt / (double)(differing + spoilt))), predicted, differing);
    }

    private static double Distance(double[] expected, double[] found) =>
        Vectors.Norm(Vectors.Minus(expected, found)) / Math.Max(double.Epsilon, Vectors.Norm(found));

    /// <summary>What a share is based on, as evidence.</summary>
    public static string Text((double Share, int Predicted, int Differing) share, string what) =>
        $"with it alone the second run's own tensors give {share.Predicted} of the {share.Differing} {what} that differ";
}
