using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// How weights follow what the optimizer keeps, in runs of any network. SGD: w = w - rate (p m + q m before + d w), measured in each run.
/// Adam's steps are not linear, so that the two runs are compared where everything before agrees: what weights move by is a multiple of
/// what they should, or a share of themselves goes, or small denominators are other.
/// </summary>
internal sealed class WeightLaw : ILaw
{
    private const double Exact = 1e-3;

    /// <inheritdoc />
    public bool TakesGaps => true;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (
            !StepLaw.IsFor(first, second)
            || comparison.Frontier is not { Key.Phase: TracePhase.Weights } frontier
            || StepHistory.Of(second) is not { IsPlain: false } b
            || StepHistory.Of(first) is not { IsPlain: false } a
            || a.IsAdam != b.IsAdam
        )
        {
            return [];
        }

        List<Finding> own =
        [
            .. b.IsAdam ? AdamElements.Examine(first, second, comparison, frontier.Iteration) : LooksAhead(first, second, a, comparison),
        ];
        // What looks ahead moves by another multiple in each step.
        return own.Count > 0 && !b.IsAdam ? own : [.. own, .. Moves(first, second, a, b, comparison, frontier.Iteration)];
    }

    /// <summary>The share of themselves, over the rate, that goes off parameters directly under SGD; null where nothing tells.</summary>
    public static double? DirectDecay(ExplainedRun run, IReadOnlyCollection<string> names)
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

        return fit.Solve() is { } result && result.Coefficients[1] > 10 * result.Errors[1] ? result.Coefficients[1] : null;
    }

    /// <summary>Nesterov: p = 1 + c and q = -c.</summary>
    private static IEnumerable<Finding> LooksAhead(ExplainedRun first, ExplainedRun second, StepHistory a, TraceComparison comparison)
    {
        if (Follows(first) is not { } right || Follows(second) is not { } found || a.Carry is not { } carry)
        {
            yield break;
        }

        var (look, expected) = (found.Earlier / (found.Now + found.Earlier), right.Earlier / (right.Now + right.Earlier));
        if (Math.Abs(look - expected) < 0.1 * Math.Max(carry, 0.1))
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

    /// <summary>What both runs' weights move by in the iteration in which they part, where everything before agrees.</summary>
    private static IEnumerable<Finding> Moves(
        ExplainedRun first,
        ExplainedRun second,
        StepHistory a,
        StepHistory b,
        TraceComparison comparison,
        int iteration
    )
    {
        var factors = new Dictionary<string, double>(StringComparer.Ordinal);
        var decays = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var entry in second.Iterations[iteration].Of(TracePhase.Weights))
        {
            var name = entry.Key.Name;
            if (
                first.Sums(iteration, TracePhase.Weights, name) is not { } expected
                || second.WeightsBefore(iteration, name) is not { } before
                || Vectors.Minus(expected, before) is not { } move
                || Vectors.Norm(move) == 0
            )
            {
                continue;
            }

            var other = Vectors.Minus(entry.Summary.Sums, expected);
            var rounding = 1e-6 * Vectors.Norm(before);
            var (along, gone) = (new LinearFit(1), new LinearFit(1));
            along.Add(other, [move], 1);
            gone.Add(other, [before], 1);
            var (one, two) = (along.Solve(), gone.Solve());
            if (Vectors.Norm(other) <= rounding)
            {
                (factors[name], decays[name]) = (1, 0);
            }
            else if (one is not null && one.Residual * Vectors.Norm(other) <= Math.Max(rounding, Exact * Vectors.Norm(other)))
            {
                factors[name] = 1 + one.Coefficients[0];
            }
            else if (two is not null && two.Residual * Vectors.Norm(other) <= Math.Max(rounding, Exact * Vectors.Norm(other)))
            {
                decays[name] = -two.Coefficients[0] / second.Rates[iteration];
            }
        }

        var moved = factors.Where(pair => pair.Value != 1).ToList();
        if (moved.Count > 0)
        {
            yield return Multiple(first, second, a, b, comparison, iteration, moved, factors.Count == moved.Count);
        }

        var gained = decays.Where(pair => pair.Value != 0).ToList();
        if (gained.Count > 0)
        {
            yield return Gone(first, second, comparison, iteration, gained, decays.Count > gained.Count);
        }
    }

    private static Finding Multiple(
        ExplainedRun first,
        ExplainedRun second,
        StepHistory a,
        StepHistory b,
        TraceComparison comparison,
        int iteration,
        List<KeyValuePair<string, double>> moved,
        bool isAll
    )
    {
        var factor = moved.Select(pair => pair.Value).Order().ElementAt(moved.Count / 2);
        var names = moved.Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        var share = LawShare.Of(
            second,
            comparison,
            TracePhase.Weights,
            (i, name) =>
                i == iteration && second.WeightsBefore(i, name) is { } before && first.Sums(i, TracePhase.Weights, name) is { } expected
                    ? Vectors.Combined((1, before), (isAll || names.Contains(name) ? factor : 1, Vectors.Minus(expected, before)))
                    : null
        );
        string[] evidence =
        [
            $"in iteration {iteration} {moved.Count} parameters move by {Numbers.Text(factor)} times as much as in the first run, and "
                + "everything before agrees",
            LawShare.Text(share, "weights"),
        ];
        return isAll && b.IsAdam && AdamElements.Uncorrected(a, b, iteration, factor) is { } title
                ? CauseCatalogue.AdamBiasCorrection.Found(title, share.Share, evidence)
            : isAll
                ? CauseCatalogue.RateApplied.Found(
                    $"Weights move by {Numbers.Text(factor)} times the learning rate that was recorded.",
                    share.Share,
                    evidence
                )
            : CauseCatalogue.RateOfGroup.Found(
                $"{moved[0].Key}{(moved.Count > 1 ? $" and {moved.Count - 1} others" : "")} move at {Numbers.Text(factor)} times the "
                    + "learning rate.",
                share.Share,
                evidence
            );
    }

    private static Finding Gone(
        ExplainedRun first,
        ExplainedRun second,
        TraceComparison comparison,
        int iteration,
        List<KeyValuePair<string, double>> gained,
        bool othersAgree
    )
    {
        // Of the largest weights it is measured best.
        var typical = gained.MaxBy(pair => second.Ranks[0].Find(iteration, TracePhase.Weights, pair.Key)!.Summary.L2).Value;
        var names = gained.Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        var share = LawShare.Of(
            second,
            comparison,
            TracePhase.Weights,
            (i, name) =>
                i == iteration && second.WeightsBefore(i, name) is { } before && first.Sums(i, TracePhase.Weights, name) is { } expected
                    ? Vectors.Combined((1, expected), (names.Contains(name) ? -typical * second.Rates[i] : 0, before))
                    : null
        );
        var isFlat = gained.TrueForAll(pair => second.Ranks[0].Find(iteration, TracePhase.Weights, pair.Key)!.Shape.Count <= 1);
        var named = $"{gained[0].Key}{(gained.Count > 1 ? $" and {gained.Count - 1} others" : "")}";
        var whole = AdamElements.Decay(second, names);
        string[] evidence =
        [
            $"in iteration {iteration} {named} lose {Numbers.Text(typical)} of themselves, times the rate, more than in the first run",
            LawShare.Text(share, "weights"),
        ];
        return typical > 0 && isFlat && othersAgree
                ? CauseCatalogue.WeightDecayAllGroups.Found(
                    $"Weight decay is on norms and biases too: {Numbers.Text(typical)} on {named}.",
                    share.Share,
                    evidence,
                    TracePhase.Weights
                )
            : typical < 0 && whole is not null && whole < -1e-3 * typical
                ? CauseCatalogue.WeightDecayMissing.Found(
                    CauseCatalogue.WeightDecayMissing.Meaning,
                    share.Share,
                    evidence,
                    TracePhase.Weights
                )
            : CauseCatalogue.WeightDecayOther.Found(
                $"Weight decay, which is taken off weights directly, is {Numbers.Text(Math.Abs(typical))} "
                    + $"{(typical > 0 ? "more" : "less")} than it should be{(othersAgree ? $", on {named}" : "")}.",
                share.Share,
                evidence,
                TracePhase.Weights
            );
    }

    /// <summary>How weights follow momentum, now and before, over the rate; null where it cannot be told.</summary>
    private static (double Now, double Earlier)? Follows(ExplainedRun run)
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

        return fit.Solve() is { } result ? (result.Coefficients[0], result.Coefficients[1]) : null;
    }

    private static IEnumerable<(int Iteration, string Name)> Steps(ExplainedRun run) =>
        from iteration in Enumerable.Range(0, run.Iterations.Count)
        where run.Rates[iteration] > 0
        from entry in run.Iterations[iteration].Of(TracePhase.Momentum)
        let name = entry.Key.Name
        where run.WeightsBefore(iteration, name) is not null && run.Sums(iteration, TracePhase.Weights, name) is not null
        select (iteration, name);
}
