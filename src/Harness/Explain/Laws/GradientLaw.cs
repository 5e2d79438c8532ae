using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Model;
using PPYolo.Model.State;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// Gradients: their scale, which parameters have one, and whether they start from nothing. Compared in iteration 0, whose weights are the
/// same on both sides.
/// </summary>
internal sealed class GradientLaw : ILaw
{
    private const double Distinct = 3;

    /// <summary>What losses of later iterations may be off by because weights are.</summary>
    private const double Steady = 0.1;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (!first.Iterations[0].Of(TracePhase.Gradient).Any() || !second.Iterations[0].Of(TracePhase.Gradient).Any())
        {
            return [];
        }

        List<Finding?> causes =
        [
            .. Presence(first, second),
            Lost(first, second, comparison),
            Accumulation.OfAll(first, second),
            Accumulation.OfSome(first, second, comparison),
        ];
        if (first.Ranks.Count == second.Ranks.Count)
        {
            causes.Add(Scale(first, second, comparison));
        }

        return causes.OfType<Finding>();
    }

    private static IEnumerable<Finding?> Presence(ExplainedRun first, ExplainedRun second)
    {
        var a = first.Reduced(0).Select(entry => entry.Key.Name).ToHashSet(StringComparer.Ordinal);
        var b = second.Reduced(0).Select(entry => entry.Key.Name).ToHashSet(StringComparer.Ordinal);
        var (extra, missing) = (b.Except(a).ToList(), a.Except(b).ToList());
        if (extra.Count > 0)
        {
            yield return Frozen(
                first,
                b,
                CauseCatalogue.FreezeIgnored.Found(
                    $"Parameters that are to be frozen are trained: {Parts(extra)}.",
                    1,
                    [$"{extra.Count} parameters have a gradient in the second run only, such as {extra[0]}"]
                )
            );
        }

        if (missing.Count > 0)
        {
            var parts = missing.Select(Part).Distinct(StringComparer.Ordinal).ToList();
            var whole = parts
                .Where(part =>
                    part.StartsWith("backbone.", StringComparison.Ordinal) && a.Where(name => Part(name) == part).All(missing.Contains)
                )
                .ToList();
            yield return whole.Count == parts.Count
                ? Frozen(
                    first,
                    b,
                    CauseCatalogue.FrozenTooFar.Found(
                        $"Parameters that are to be trained are frozen: {Parts(missing)}.",
                        1,
                        [$"no parameter of {string.Join(", ", whole)} has a gradient in the second run"]
                    )
                )
                : new(
                    CauseCatalogue.GradientDropped.Found(
                        $"{missing.Count} parameter{(missing.Count == 1 ? " gets" : "s get")} no gradient: {missing[0]}"
                            + $"{(missing.Count > 1 ? " and others" : "")}.",
                        1,
                        [$"missing in the second run: {string.Join(", ", missing.Take(3))}"]
                    ),
                    GradientFaults.Dropped([.. missing])
                );
        }
    }

    /// <summary>Gradients that are missing or zero in the iteration in which the runs part, and in iteration 0 only zero.</summary>
    private static Finding? Lost(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (comparison.Frontier is not { Iteration: var iteration, Key.Phase: TracePhase.Gradient or TracePhase.Reduction })
        {
            return null;
        }

        var found = second.Reduced(iteration).ToDictionary(entry => entry.Key.Name, entry => entry.Summary.L2, StringComparer.Ordinal);
        var expected = first.Reduced(iteration).Where(entry => entry.Summary.L2 > 0).Select(entry => entry.Key.Name).ToList();
        var missing = expected.Where(name => iteration > 0 && !found.ContainsKey(name)).ToList();
        var zero = expected.Where(name => found.GetValueOrDefault(name, 1) == 0).ToList();
        var (lost, how) = missing.Count > 0 ? (missing, "missing") : (zero, "zero");
        return lost.Count == 0
            ? null
            : new(
                CauseCatalogue.GradientDropped.Found(
                    $"{lost.Count} parameter{(lost.Count == 1 ? " gets" : "s get")} no gradient in iteration {iteration}: {lost[0]}"
                        + $"{(lost.Count > 1 ? " and others" : "")}.",
                    1,
                    [$"{how} in iteration {iteration} of the second run: {string.Join(", ", lost.Take(3))}"]
                ),
                how == "zero" ? GradientFaults.Zero(lost, iteration) : GradientFaults.Dropped(lost, iteration)
            );
    }

    /// <summary>Carried out by the stage that trains just those parameters, if there is one.</summary>
    private static Finding Frozen(ExplainedRun first, HashSet<string> trained, Cause cause)
    {
        if (first.Options is not { } options)
        {
            return cause;
        }

        foreach (var stage in Enumerable.Range(-1, 5))
        {
            using var network = new PPYoloNetwork(options.ToNetwork() with { FreezeAt = stage });
            if (StateEntries.Of(network).Where(entry => entry.IsTrainable).Select(entry => entry.Key).ToHashSet().SetEquals(trained))
            {
                return new(cause, NetworkFaults.FreezeAt(stage));
            }
        }

        return cause;
    }

    /// <summary>Gradients of iteration 0 are all the same multiple of the expected ones.</summary>
    private static Finding? Scale(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var fit = new LinearFit(1);
        foreach (var entry in second.Iterations[0].Of(TracePhase.Gradient))
        {
            if (first.Sums(0, TracePhase.Gradient, entry.Key.Name) is { } expected)
            {
                fit.Add(entry.Summary.Sums, [expected], 1 / Math.Max(1e-30, entry.Summary.L2));
            }
        }

        // A factor that is no farther from 1 than what the fit leaves is none.
        if (
            fit.Solve() is not { Residual: < 0.01 } result
            || Math.Abs(result.Coefficients[0] - 1) < Math.Max(0.003, Distinct * result.Residual)
        )
        {
            return null;
        }

        var factor = result.Coefficients[0];
        var loss = second.Value(0, TracePhase.Loss, LossTotal) / first.Value(0, TracePhase.Loss, LossTotal) ?? double.NaN;
        string[] evidence =
        [
            $"gradients of iteration 0 are {Numbers.Text(factor)} times the expected ones, residual {Numbers.Text(result.Residual)}",
            .. double.IsNaN(loss) ? (string[])[] : [$"the total loss is {Numbers.Text(loss)} times the expected one"],
        ];
        // Weights are others by then, but hardly.
        var later = Enumerable
            .Range(1, Math.Max(0, Math.Min(first.Iterations.Count, second.Iterations.Count) - 1))
            .Select(i => second.Value(i, TracePhase.Loss, LossTotal) / first.Value(i, TracePhase.Loss, LossTotal) ?? double.NaN)
            .Where(double.IsFinite)
            .ToList();
        var images = first.Images / (double)first.Ranks.Count;
        var share = 1 - result.Residual;
        var lossDiffers = comparison.Exceeding.Any(difference =>
            difference is { Iteration: 0, Key: { Phase: TracePhase.Loss, Name: LossTotal } }
        );
        if (lossDiffers && Numbers.Near(loss, factor))
        {
            return Numbers.Near(factor, images ?? double.NaN)
                ? CauseCatalogue.LossSummed.Found(share, [.. evidence, $"a rank has {Numbers.Text(images!.Value)} images"])
                : CauseCatalogue.LossScale.Found(
                    $"The loss is {Numbers.Text(factor)} times what it should be"
                        + (IsSteady(later, factor) ? "." : " in iteration 0, and another multiple of it later."),
                    share,
                    later.Count == 0 ? evidence : [.. evidence, $"in the iterations after it, {Numbers.Text(later)} times"]
                );
        }

        var cause = Numbers.Near(factor, images ?? double.NaN)
            ? CauseCatalogue.LossSummed.Found(
                "What is differentiated is the loss summed over images, not averaged.",
                share,
                [.. evidence, $"a rank has {Numbers.Text(images!.Value)} images"],
                TracePhase.Backward
            )
            : CauseCatalogue.GradientScale.Found(
                $"Gradients are {Numbers.Text(factor)} times what they should be: "
                    + (
                        double.IsPow2(factor) || Numbers.Near(Math.Log2(factor), Math.Round(Math.Log2(factor)), 1e-4)
                            ? "a loss scale is not taken out again."
                            : "the loss is scaled before the backward pass."
                    ),
                share,
                evidence,
                TracePhase.Backward
            );
        return new(cause, GradientFaults.LossTimes(factor));
    }

    /// <summary>Whether a factor stays: what is divided by the number of objects, or of cells, has another in each iteration.</summary>
    private static bool IsSteady(List<double> later, double factor) => later.TrueForAll(one => Numbers.Near(one, factor, Steady));

    private const string LossTotal = Model.Head.LossTerms.TotalName;

    /// <summary>backbone.res2 of backbone.res2.res2a.branch2a.conv.weight.</summary>
    private static string Part(string key) => string.Join('.', key.Split('.').Take(2));

    private static string Parts(IEnumerable<string> keys) =>
        string.Join(", ", keys.Select(Part).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
