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

    /// <summary>Times rounding from which on a difference can be measured.</summary>
    private const double Resolution = 10;

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
                ? AdamEpsilon.Examine(first, second, comparison, frontier.Iteration)
                : SgdWeights.LooksAhead(first, second, a, comparison),
        ];
        // What looks ahead moves by another multiple in each step.
        return own.Count > 0 && !b.IsAdam ? own : [.. own, .. Moves(first, second, b, comparison, frontier.Iteration)];
    }

    /// <summary>What both runs' weights move by in the iteration in which they part, where everything before agrees.</summary>
    private static IEnumerable<Finding> Moves(
        ExplainedRun first,
        ExplainedRun second,
        StepHistory b,
        TraceComparison comparison,
        int iteration
    )
    {
        var factors = new Dictionary<string, double>(StringComparer.Ordinal);
        var decays = new Dictionary<string, double>(StringComparer.Ordinal);
        // How large a factor, or a share that goes, would not show where both runs agree.
        var agree = new Dictionary<string, double>(StringComparer.Ordinal);
        var stay = new Dictionary<string, double>(StringComparer.Ordinal);
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
            var (rounding, apart) = (1e-6 * Vectors.Norm(before), Vectors.Norm(other));
            if (apart <= rounding)
            {
                (agree[name], stay[name]) = (rounding / Vectors.Norm(move), rounding / Math.Max(double.Epsilon, Vectors.Norm(before)));
                continue;
            }

            var (along, gone) = (new LinearFit(1), new LinearFit(1));
            along.Add(other, [move], 1);
            gone.Add(other, [before], 1);
            bool Fits(FitResult? fit) => fit is not null && fit.Residual * apart <= Math.Max(rounding, Exact * apart);
            var (one, two) = (along.Solve(), gone.Solve());
            // A single number is a multiple of everything, and little more than rounding looks like one.
            if (apart <= Resolution * rounding || StepHistory.Count(entry) == 1 || Fits(one) == Fits(two))
            {
                continue;
            }

            if (Fits(one))
            {
                factors[name] = 1 + one!.Coefficients[0];
            }
            else
            {
                decays[name] = -two!.Coefficients[0] / second.Rates[iteration];
            }
        }

        if (factors.Count > 0)
        {
            var factor = factors.Values.Order().ElementAt(factors.Count / 2);
            // What moves too little to show the factor does not speak against it.
            var isAll = !agree.Values.Any(error => Resolution * error < Math.Abs(factor - 1));
            yield return Multiple(first, second, b, comparison, iteration, [.. factors], factor, isAll);
        }

        if (decays.Count > 0)
        {
            var least = decays.Values.Min(Math.Abs) * second.Rates[iteration];
            yield return Gone(first, second, comparison, iteration, [.. decays], stay.Values.Any(error => Resolution * error < least));
        }
    }

    private static Finding Multiple(
        ExplainedRun first,
        ExplainedRun second,
        StepHistory b,
        TraceComparison comparison,
        int iteration,
        List<KeyValuePair<string, double>> moved,
        double factor,
        bool isAll
    )
    {
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
        return isAll && b.IsAdam && AdamCorrection.Missing(first, second, b, iteration, factor) is { } missing
                ? CauseCatalogue.AdamBiasCorrection.Found(
                    missing.Title,
                    missing.IsShown ? share.Share : Math.Min(share.Share, Cause.LeastLikely),
                    missing.IsShown ? evidence : [.. evidence, $"in one step a rate of {Numbers.Text(factor)} times does the same"]
                )
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
            : typical < 0 && whole is not null && whole.Error < -0.1 * typical && whole.Value < Math.Max(-1e-3 * typical, whole.Error)
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
