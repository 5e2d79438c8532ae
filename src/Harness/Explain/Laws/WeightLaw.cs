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
            .. b.IsAdam
                ? AdamElements.Examine(first, second, comparison, frontier.Iteration)
                : SgdWeights.LooksAhead(first, second, a, comparison),
        ];
        // What looks ahead moves by another multiple in each step.
        return own.Count > 0 && !b.IsAdam ? own : [.. own, .. Moves(first, second, a, b, comparison, frontier.Iteration)];
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
}
