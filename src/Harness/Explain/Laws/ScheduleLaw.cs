using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Learning rates: shifted, scaled, without warm-up.</summary>
internal sealed class ScheduleLaw : ILaw
{
    private const double Exact = 1e-6;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var count = Math.Min(first.Iterations.Count, second.Iterations.Count);
        double[] a = [.. first.Rates.Take(count)],
            b = [.. second.Rates.Take(count)];
        if (a.Concat(b).Any(double.IsNaN) || a.Zip(b).All(pair => Numbers.Near(pair.First, pair.Second, Exact)))
        {
            yield break;
        }

        string[] evidence = [$"rates expected: {Numbers.Text(a)}", $"rates found: {Numbers.Text(b)}"];
        var full = first.Recipe is { } recipe ? recipe.LearningRatePerImage * first.Options!.Batch : a.Max();
        var firstAlone = !Numbers.Near(a[0], b[0], Exact) && count > 1;
        if (firstAlone && a.Skip(1).Zip(b.Skip(1)).All(pair => Numbers.Near(pair.First, pair.Second, Exact)))
        {
            yield return Same(
                CauseCatalogue.RateFirst.Found(
                    $"Iteration 0 has the rate {Numbers.Text(b[0])}, not {Numbers.Text(a[0])}; all others have theirs"
                        + (Numbers.Near(b[0], full, Exact) ? ": it is the full rate, before the schedule sets one" : "")
                        + " (firstRate).",
                    1,
                    evidence
                )
            );
            yield break;
        }

        if (!All(a, rate => Numbers.Near(rate, full, Exact)) && All(b.Skip(1), rate => Numbers.Near(rate, full, Exact)))
        {
            yield return Same(CauseCatalogue.WarmUpMissing.Found(1, evidence));
            yield break;
        }

        var schedule = first.Recipe is null ? null : new LearningRateSchedule(first.Recipe, first.Options!.Batch);
        foreach (var shift in new[] { -1, 1, -2, 2 })
        {
            // Before iteration 0 there is no rate: a late schedule repeats its first.
            double Shifted(int i) =>
                schedule is not null ? schedule.Rate(Math.Max(0, first.FirstIteration + i + shift))
                : i + shift >= 0 && i + shift < count ? a[i + shift]
                : double.NaN;
            var compared = Enumerable
                .Range(0, count)
                .Select(i => (Expected: Shifted(i), Found: b[i]))
                .Where(pair => !double.IsNaN(pair.Expected))
                .ToList();
            if (compared.Count > 1 && !All(a, rate => rate == a[0]) && compared.All(pair => Numbers.Near(pair.Expected, pair.Found, Exact)))
            {
                yield return Same(
                    CauseCatalogue.RateShifted.Found(
                        $"The learning rate is {Math.Abs(shift)} step{(shift is 1 or -1 ? "" : "s")} {(shift < 0 ? "late" : "early")}.",
                        1,
                        evidence
                    )
                );
                yield break;
            }
        }

        var factors = a.Zip(b, (expected, found) => found / expected).ToList();
        if (All(factors, factor => Numbers.Near(factor, factors[0], 1e-5)))
        {
            yield return Same(
                CauseCatalogue.RateFactor.Found(
                    $"The learning rate is {Numbers.Text(factors[0])} times what it should be"
                        + (
                            Numbers.Near(factors[0], second.Ranks.Count) && second.Ranks.Count > 1
                                ? ": it was multiplied by the number of ranks."
                                : "."
                        ),
                    1,
                    evidence
                )
            );
            yield break;
        }

        yield return Same(CauseCatalogue.RateOther.Found(Cause.LeastLikely, evidence));

        // Whatever the schedule, its rates are what was recorded.
        Finding Same(Cause cause) => new(cause, OptimizerFaults.Rates(b));
    }

    private static bool All(IEnumerable<double> values, Func<double, bool> condition) => values.All(condition);
}
