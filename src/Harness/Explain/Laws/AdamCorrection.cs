using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Whether Adam's moments are corrected for their start at zero.</summary>
internal static class AdamCorrection
{
    private const double Exact = 1e-3;

    /// <summary>Weights and gradients of later steps are other, too: what Adam moves by hardly feels it.</summary>
    private const double Similar = 0.1;

    /// <summary>
    /// What of the step is not corrected, as a title, and whether later steps show it; null where a factor is of another kind. In the first
    /// step alone a rate that is another may do the same: with a beta1 of 0.9 a tenth of it.
    /// </summary>
    public static (string Title, bool IsShown)? Missing(
        ExplainedRun first,
        ExplainedRun second,
        StepHistory steps,
        int iteration,
        double factor
    )
    {
        if (steps.Carry is not { } carry || steps.SecondRate() is not { Value: var rate })
        {
            return null;
        }

        (string Title, Func<int, double> Factor)[] kinds =
        [
            ("Adam's moments are not corrected for their start at zero.", i => One(i) / Two(i)),
            ("Adam's first moment is not corrected for its start at zero, the second is.", One),
            ("Adam's second moment is not corrected for its start at zero, the first is.", i => 1 / Two(i)),
        ];
        double One(int i) => 1 - Math.Pow(carry, i + 1);
        double Two(int i) => Math.Sqrt(1 - Math.Pow(rate, i + 1));
        var kind = Array.Find(kinds, kind => Numbers.Near(factor, kind.Factor(iteration), Exact));
        if (kind.Title is null)
        {
            return null;
        }

        return Later(first, second, iteration + 1, carry, rate) is not { } later ? (kind.Title, false)
            : Numbers.Near(later, kind.Factor(iteration + 1), Similar) && !Numbers.Near(later, factor, Similar) ? (kind.Title, true)
            : null;
    }

    /// <summary>
    /// How many times as far weights move in an iteration as they should: by elements that are known, else over how far the first run's
    /// do; null where it was not traced.
    /// </summary>
    private static double? Later(ExplainedRun first, ExplainedRun second, int iteration, double carry, double rate)
    {
        if (iteration >= Math.Min(first.Iterations.Count, second.Iterations.Count))
        {
            return null;
        }

        double products = 0,
            squares = 0;
        foreach (var step in AdamElements.All(second, iteration, carry, rate))
        {
            for (var i = 0; i < step.Before.Length; i++)
            {
                var expected = step.Step(i, (1e-8, false));
                products += step.Move[i] * expected;
                squares += expected * expected;
            }
        }

        if (squares > 0)
        {
            return products / squares;
        }

        List<double> ratios =
        [
            .. second
                .Iterations[iteration]
                .Of(TracePhase.Weights)
                .Select(entry =>
                    Move(first, iteration, entry.Key.Name) is > 0 and var expected && Move(second, iteration, entry.Key.Name) is { } found
                        ? found / expected
                        : double.NaN
                )
                .Where(double.IsFinite)
                .Order(),
        ];
        // What a schedule does is not Adam's.
        var rates = second.Rates[iteration] / first.Rates[iteration];
        return ratios.Count == 0 || !(rates > 0) ? null : ratios[ratios.Count / 2] / rates;
    }

    private static double? Move(ExplainedRun run, int iteration, string name) =>
        run.WeightsBefore(iteration, name) is { } before && run.Sums(iteration, TracePhase.Weights, name) is { } after
            ? Vectors.Norm(Vectors.Minus(before, after))
            : null;
}
