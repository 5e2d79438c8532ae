using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>How weights follow momentum under SGD, in runs of any network: w = w - rate (p m + q m before + d w).</summary>
internal static class SgdWeights
{
    /// <summary>
    /// The share of themselves, over the rate, that goes off parameters directly under SGD, and how far it may be off; null where nothing
    /// tells.
    /// </summary>
    public static Measured? DirectDecay(ExplainedRun run, IReadOnlyCollection<string> names)
    {
        var fit = new LinearFit(2);
        foreach (var (iteration, name) in Steps(run).Where(step => names.Contains(step.Name)))
        {
            var before = run.WeightsBefore(iteration, name)!;
            fit.Add(
                Vectors.Times(1 / run.Rates[iteration], Vectors.Minus(before, run.Sums(iteration, TracePhase.Weights, name)!)),
                [run.Sums(iteration, TracePhase.Momentum, name)!, before],
                1 / Math.Max(1e-30, Vectors.Norm(before))
            );
        }

        return fit.Solve() is { } result ? new(result.Coefficients[1], 10 * result.Errors[1]) : null;
    }

    /// <summary>Nesterov: p = 1 + c and q = -c.</summary>
    public static IEnumerable<Finding> LooksAhead(ExplainedRun first, ExplainedRun second, StepHistory a, TraceComparison comparison)
    {
        if (Follows(first) is not { } right || Follows(second) is not { } found || a.Carry is not { } carry)
        {
            yield break;
        }

        var (look, expected) = (found.Earlier / (found.Now + found.Earlier), right.Earlier / (right.Now + right.Earlier));
        // Where gradients hardly change, momentum before is a multiple of momentum now, and nothing is told.
        if (Math.Abs(look - expected) < Math.Max(0.1 * Math.Max(carry, 0.1), right.Error + found.Error))
        {
            yield break;
        }

        var share = LawShare.Of(
            second,
            comparison,
            TracePhase.Weights,
            (iteration, name) =>
                second.WeightsBefore(iteration, name) is { } before
                && second.Sums(iteration, TracePhase.Momentum, name) is { } now
                && (iteration == 0 ? new double[now.Length] : second.Sums(iteration - 1, TracePhase.Momentum, name)) is { } earlier
                    ? Vectors.Combined(
                        (1, before),
                        (-second.Rates[iteration] * found.Now, now),
                        (-second.Rates[iteration] * found.Earlier, earlier)
                    )
                    : null
        );
        string[] evidence =
        [
            $"w changes by the rate times {Numbers.Text(found.Now)} m + {Numbers.Text(found.Earlier)} m before; Nesterov: 1 + c and -c",
            LawShare.Text(share, "weights"),
        ];
        yield return Numbers.Near(look, -carry, 0.05)
            ? CauseCatalogue.Nesterov.Found(share.Share, evidence)
            : CauseCatalogue.WeightStep.Found(Math.Min(share.Share, Cause.LeastLikely), evidence);
    }

    /// <summary>
    /// How weights follow momentum, now and before, over the rate, and how far the ratio may be off; null where it cannot be told.
    /// </summary>
    private static (double Now, double Earlier, double Error)? Follows(ExplainedRun run)
    {
        var fit = new LinearFit(2);
        foreach (var (iteration, name) in Steps(run).Where(step => step.Iteration > 0))
        {
            if (run.Sums(iteration - 1, TracePhase.Momentum, name) is { } earlier)
            {
                var before = run.WeightsBefore(iteration, name)!;
                fit.Add(
                    Vectors.Times(1 / run.Rates[iteration], Vectors.Minus(before, run.Sums(iteration, TracePhase.Weights, name)!)),
                    [run.Sums(iteration, TracePhase.Momentum, name)!, earlier],
                    1 / Math.Max(1e-30, Vectors.Norm(before))
                );
            }
        }

        return fit.Solve() is { } result
            ? (
                result.Coefficients[0],
                result.Coefficients[1],
                10 * (result.Errors[0] + result.Errors[1]) / Math.Abs(result.Coefficients[0] + result.Coefficients[1])
            )
            : null;
    }

    private static IEnumerable<(int Iteration, string Name)> Steps(ExplainedRun run) =>
        from iteration in Enumerable.Range(0, run.Iterations.Count)
        where run.Rates[iteration] > 0
        from entry in run.Iterations[iteration].Of(TracePhase.Momentum)
        let name = entry.Key.Name
        where run.WeightsBefore(iteration, name) is not null && run.Sums(iteration, TracePhase.Weights, name) is not null
        select (iteration, name);
}
