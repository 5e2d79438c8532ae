using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Harness.RankEquality;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;

// Longer than others: one fit, and every way in which its decays can differ from what they should be.
namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The moving average: e = d e + (1 - d) w. The decay of every iteration is fitted on each run's own weights, whatever made them.
/// </summary>
internal sealed class EmaLaw : ILaw
{
    private const double Exact = 1e-4;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (first.FirstIteration > 0)
        {
            // Averages in the middle of a run did not start at zero.
            yield break;
        }

        if (Fit(first, buffers: false, late: false) is not { } a || Fit(second, buffers: false, late: false) is not { } b)
        {
            yield break;
        }

        // Nothing says how an average of another program starts: one that does not at zero is AverageLaw's.
        if (StepLaw.IsFor(first, second) && a.Residual > Exact)
        {
            yield break;
        }

        // An average that is the weights themselves has nothing that a fit could tell from those before the step.
        if (
            Fit(second, buffers: false, late: true) is { } before
            && before.Residual < b.Residual / 3
            && Fit(first, buffers: false, late: true) is { } other
            && other.Residual > a.Residual * 3
        )
        {
            yield return new(
                CauseCatalogue.EmaBeforeOptimizer.Found(
                    1 - (before.Residual / b.Residual),
                    [
                        $"e = d e + (1 - d) w holds for the weights before the step within {Numbers.Text(before.Residual)}, for those "
                            + $"after it within {Numbers.Text(b.Residual)}",
                    ]
                ),
                AverageFaults.BeforeTheOptimizer()
            );
            b = before;
        }

        foreach (var finding in Rounded(second, a))
        {
            yield return finding;
        }

        if (!a.Decays.Zip(b.Decays).All(pair => Numbers.Near(1 - pair.First, 1 - pair.Second, Exact)))
        {
            yield return Decay(first, a, b);
        }

        if (
            Fit(second, buffers: true, late: false) is { } statistics
            && Fit(first, buffers: true, late: false) is { } expected
            && !Alike(expected.Decays, statistics.Decays)
            && !Alike(b.Decays, statistics.Decays)
        )
        {
            yield return new(
                CauseCatalogue.EmaBuffersLeftOut.Found(
                    1 - statistics.Residual,
                    [
                        $"decays fitted on running statistics: {Numbers.Text(statistics.Decays)}; on parameters: {Numbers.Text(b.Decays)} "
                            + $"(0 is a copy, 1 never changes)",
                    ]
                ),
                AverageFaults.StatisticsCopied()
            );
        }
        else if (first.Iterations[0].Of(TracePhase.Ema).Any(IsStatistic) && !second.Iterations[0].Of(TracePhase.Ema).Any(IsStatistic))
        {
            yield return CauseCatalogue.EmaBuffersLeftOut.Found(1, ["the second run's average has no running_mean and running_var"]);
        }

        if (Correction(first) is { } right && Correction(second) is { } found)
        {
            var (rightShould, should) = (Expected(a), Expected(b));
            if (Numbers.Near(right, rightShould, Exact) && Numbers.Near(found, 1, Exact) && !Numbers.Near(should, 1, Exact))
            {
                yield return new(
                    CauseCatalogue.EmaNotCorrected.Found(
                        1 - Math.Abs(found - 1),
                        [$"saved average over state: {Numbers.Text(found)}; 1 / (1 - d^n) is {Numbers.Text(should)}"]
                    ),
                    AverageFaults.SavedUncorrected()
                );
            }
        }
    }

    /// <summary>
    /// An average that follows the weights with the first run's decays but for an error as large as rounding to few bits. Which elements
    /// were rounded sketches do not say: carried out it shows.
    /// </summary>
    private static IEnumerable<Finding> Rounded(ExplainedRun second, DecayFit a)
    {
        var errors = new List<double>();
        for (var iteration = 0; iteration < Math.Min(a.Decays.Count, second.Iterations.Count); iteration++)
        {
            foreach (var entry in second.Iterations[iteration].Of(TracePhase.Ema).Where(entry => !IsStatistic(entry)))
            {
                if (
                    second.Sums(iteration, TracePhase.Weights, entry.Key.Name) is { } now
                    && Earlier(second, iteration, entry.Key.Name, now) is { } earlier
                )
                {
                    var expected = Vectors.Combined((a.Decays[iteration], earlier), (1 - a.Decays[iteration], now));
                    errors.Add(Norm(Minus(entry.Summary.Sums, expected)) / Math.Max(1e-30, Norm(expected)));
                }
            }
        }

        if (errors.Count == 0)
        {
            yield break;
        }

        var error = errors.Order().ElementAt(errors.Count / 2);
        foreach (var few in LowPrecision.All.Where(few => few.Explains(error)))
        {
            yield return new(
                CauseCatalogue.EmaHalfPrecision.Found(
                    $"The moving average is kept in {few.Name} ({few.Bits} bits).",
                    Finding.Unproven,
                    [
                        $"e = d e + (1 - d) w holds within {Numbers.Text(error)} (median) with the first run's d; rounding to "
                            + $"{few.Bits} bits is up to {Numbers.Text(few.Unit)}",
                    ]
                ),
                AverageFaults.Rounded(few.Type)
            );
        }
    }

    private static Finding Decay(ExplainedRun first, DecayFit a, DecayFit b)
    {
        string[] evidence =
        [
            $"decays expected: {Numbers.Text(a.Decays)}",
            $"decays fitted in the second run: {Numbers.Text(b.Decays)}, residual {Numbers.Text(b.Residual)}",
        ];
        var fit = Math.Max(0, 1 - b.Residual);
        if (b.Decays.Count > 1 && b.Decays.All(decay => Math.Abs(decay) < 1e-6))
        {
            return new(
                CauseCatalogue.EmaDecay.Found("The moving average is the weights themselves: its decay is 0.", fit, evidence),
                AverageFaults.Decays(b.Decays)
            );
        }

        if (b.Decays[0] < 1e-6 && a.Decays[0] > 1e-3)
        {
            return new(CauseCatalogue.EmaStart.Found(fit, evidence), AverageFaults.Decays(b.Decays));
        }

        if (b.Decays.Count > 1 && b.Decays.All(decay => Numbers.Near(decay, b.Decays[0], 1e-4)))
        {
            return new(
                CauseCatalogue.EmaNoRamp.Found(
                    $"The moving average's decay does not rise: it is {Numbers.Text(b.Decays[0])} from the start.",
                    fit,
                    evidence
                ),
                AverageFaults.NoRamp(b.Decays[0])
            );
        }

        if (Kept(a, b) is { } every)
        {
            return new(
                CauseCatalogue.EmaSeldom.Found($"The moving average is updated every {every} steps, not every step.", fit, evidence),
                AverageFaults.Decays(b.Decays)
            );
        }

        // A decay of 1 moves nothing.
        List<int> still = [.. Enumerable.Range(0, b.Decays.Count).Where(i => Math.Abs(1 - b.Decays[i]) < 1e-5)];
        if (still.Count > 0 && a.Decays.Select((decay, i) => still.Contains(i) || Numbers.Near(decay, b.Decays[i], 1e-4)).All(same => same))
        {
            return new(
                CauseCatalogue.EmaSeldom.Found(
                    $"The moving average is not updated in iteration {string.Join(", ", still)}.",
                    fit,
                    evidence
                ),
                AverageFaults.Decays(b.Decays)
            );
        }

        if (first.Recipe is { } recipe)
        {
            foreach (
                var (type, shift) in from shift in new[] { 0, 1, -1, 2 }
                from type in Enum.GetValues<EmaDecayType>()
                select (type, shift)
            )
            {
                var decays = Enumerable
                    .Range(0, b.Decays.Count)
                    .Select(i => ExponentialMovingAverage.Decay(recipe with { EmaDecayType = type }, Math.Max(0, i + shift)));
                if (b.Decays.Zip(decays).All(pair => Numbers.Near(1 - pair.First, 1 - pair.Second, 1e-3)))
                {
                    return type != recipe.EmaDecayType
                        ? new(
                            CauseCatalogue.EmaOtherRamp.Found(
                                $"The moving average's decay rises as of type {type.ToString().ToLowerInvariant()}, not "
                                    + $"{recipe.EmaDecayType.ToString().ToLowerInvariant()}.",
                                fit,
                                evidence
                            ),
                            AverageFaults.Ramp(type)
                        )
                        : new(
                            CauseCatalogue.EmaStepShifted.Found(
                                $"The moving average's decay is {Math.Abs(shift)} update{(shift is 1 or -1 ? "" : "s")} "
                                    + $"{(shift > 0 ? "ahead" : "behind")}.",
                                fit,
                                evidence
                            ),
                            shift > 0 ? AverageFaults.CountAhead(shift) : AverageFaults.Decays(b.Decays)
                        );
                }
            }

            var cap = b.Decays.Max();
            if (
                cap < a.Decays.Max()
                && a.Decays.Zip(b.Decays).All(pair => Numbers.Near(1 - Math.Min(pair.First, cap), 1 - pair.Second, 1e-3))
            )
            {
                return new(
                    CauseCatalogue.EmaCap.Found($"The moving average's decay rises no further than {Numbers.Text(cap)}.", fit, evidence),
                    AverageFaults.Decays(b.Decays)
                );
            }
        }

        return new(CauseCatalogue.EmaDecay.Found(Math.Min(fit, Cause.LeastLikely), evidence), AverageFaults.Decays(b.Decays));
    }

    /// <summary>Every how many steps the average moves, where it stays as it is in the others; null where it moves in all.</summary>
    private static int? Kept(DecayFit a, DecayFit b)
    {
        var still = b.Decays.Select(decay => Math.Abs(decay - 1) < 1e-6).ToList();
        if (!still.Contains(true) || a.Decays.Any(decay => Math.Abs(decay - 1) < 1e-6))
        {
            return null;
        }

        var moving = Enumerable.Range(0, still.Count).Where(i => !still[i]).ToList();
        return moving.Count > 1 && moving.Zip(moving.Skip(1), (one, next) => next - one).Distinct().Count() == 1
            ? moving[1] - moving[0]
            : null;
    }

    /// <summary>An average before an iteration: zero before the first.</summary>
    private static double[]? Earlier(ExplainedRun run, int iteration, string name, double[] now) =>
        iteration == 0 ? new double[now.Length] : run.Sums(iteration - 1, TracePhase.Ema, name);

    /// <summary>(e - w) = d (e before - w), one coefficient for each iteration over all tensors.</summary>
    private static DecayFit? Fit(ExplainedRun run, bool buffers, bool late)
    {
        var decays = new List<double>();
        double residual = 0;
        for (var iteration = 0; iteration < run.Iterations.Count; iteration++)
        {
            var fit = new LinearFit(1);
            foreach (var entry in run.Iterations[iteration].Of(TracePhase.Ema).Where(entry => IsStatistic(entry) == buffers))
            {
                var key = entry.Key.Name;
                var now =
                    buffers ? run.Sums(iteration, TracePhase.Buffers, key)
                    : late ? run.WeightsBefore(iteration, key)
                    : run.Sums(iteration, TracePhase.Weights, key);
                if (now is not null && Earlier(run, iteration, key, now) is { } earlier)
                {
                    // Rounding errors are in proportion to the weights.
                    fit.Add(Minus(entry.Summary.Sums, now), [Minus(earlier, now)], 1 / Math.Max(1e-30, Norm(now)));
                }
            }

            if (fit.Solve() is not { } result)
            {
                return null;
            }

            decays.Add(result.Coefficients[0]);
            residual = Math.Max(residual, result.Residual);
        }

        return new(decays, residual);
    }

    /// <summary>Whether what the average takes in is alike, within what fits of nearly constant statistics can tell.</summary>
    private static bool Alike(IReadOnlyList<double> a, IReadOnlyList<double> b) =>
        a.Zip(b).All(pair => Numbers.Near(1 - pair.First, 1 - pair.Second, 0.005));

    /// <summary>The saved average over its state, over all parameters.</summary>
    private static double? Correction(ExplainedRun run)
    {
        var fit = new LinearFit(1);
        var last = run.Iterations.Count - 1;
        foreach (var entry in run.Iterations[last].Of(TracePhase.End).Where(entry => !IsStatistic(entry)))
        {
            if (run.Sums(last, TracePhase.Ema, entry.Key.Name) is { } state)
            {
                fit.Add(entry.Summary.Sums, [state], 1 / Math.Max(1e-30, Norm(state)));
            }
        }

        return fit.Solve()?.Coefficients[0];
    }

    private static double Expected(DecayFit fit) => 1 / (1 - Math.Pow(fit.Decays[^1], fit.Decays.Count));

    private static bool IsStatistic(TraceEntry entry) =>
        TensorKinds.IsStatistic(entry.Key.Name) || new StateEntry(entry.Key.Name, null!).IsBatchCounter;

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double Norm(double[] sums) => Math.Sqrt(sums.Sum(x => x * x));

    private sealed record DecayFit(IReadOnlyList<double> Decays, double Residual);
}
