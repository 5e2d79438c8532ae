using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>w = w - rate (p m + q m before), fitted over all parameters of a run.</summary>
/// <param name="Now">p, in units of the recorded rate.</param>
/// <param name="Earlier">q, in the same units.</param>
/// <param name="Error">The larger standard error of the two.</param>
/// <param name="Residual">The relative residual.</param>
internal sealed record StepFit(double Now, double Earlier, double Error, double Residual)
{
    /// <summary>p + q, the rate whatever the form.</summary>
    public double Rate => Now + Earlier;

    /// <summary>
    /// How weights follow momentum, in units of the recorded rate, over all iterations but the first (in which there is no earlier
    /// momentum).
    /// </summary>
    public static StepFit? Of(ExplainedRun run)
    {
        var fit = new LinearFit(2);
        for (var iteration = 1; iteration < run.Iterations.Count; iteration++)
        {
            var rate = run.Rates[iteration];
            foreach (var entry in run.Iterations[iteration].Of(TracePhase.Momentum))
            {
                var key = entry.Key.Name;
                if (
                    run.WeightsBefore(iteration, key) is { } before
                    && run.Sums(iteration, TracePhase.Weights, key) is { } after
                    && run.Sums(iteration - 1, TracePhase.Momentum, key) is { } earlier
                )
                {
                    // Rounding errors are in proportion to the weights.
                    fit.Add(
                        [.. before.Zip(after, (x, y) => x - y)],
                        [
                            [.. entry.Summary.Sums.Select(x => x * rate)],
                            [.. earlier.Select(x => x * rate)],
                        ],
                        1 / Math.Max(1e-30, Math.Sqrt(before.Sum(x => x * x)))
                    );
                }
            }
        }

        return fit.Solve() is { } result
            ? new(result.Coefficients[0], result.Coefficients[1], Math.Max(result.Errors[0], result.Errors[1]), result.Residual)
            : null;
    }
}
