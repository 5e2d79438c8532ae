using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// How each of the optimizer's groups moves: parameters that are in none, a group at another rate, weight decay that goes off weights
/// directly.
/// </summary>
internal static class GroupLaw
{
    /// <summary>Errors of a fit within which a number is not told from zero.</summary>
    private const double Resolution = 5;

    private static readonly string[] Groups = [ParameterGroup.NoDecay, ParameterGroup.Decay];

    /// <summary>The causes that the second run's groups point to.</summary>
    /// <param name="first">The run that is expected.</param>
    /// <param name="second">The run that differs from it.</param>
    /// <param name="names">Which group a parameter is in.</param>
    /// <param name="missingDecay">The weight decay that does not enter the second run's gradients and should; null where it does.</param>
    public static IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, OptimizerGroups names, double? missingDecay) =>
        [.. Groupless(first, second), .. OfGroups(first, second, names, missingDecay)];

    /// <summary>Parameters that have a gradient and no momentum.</summary>
    public static IEnumerable<Finding> Groupless(ExplainedRun first, ExplainedRun second)
    {
        var with = second.Iterations[0].Of(TracePhase.Momentum).Select(entry => entry.Key.Name).ToHashSet(StringComparer.Ordinal);
        List<string> without =
        [
            .. first
                .Iterations[0]
                .Of(TracePhase.Momentum)
                .Select(entry => entry.Key.Name)
                .Where(name => !with.Contains(name) && second.Reduced(0).Any(gradient => gradient.Key.Name == name)),
        ];
        if (without.Count == 0)
        {
            yield break;
        }

        var which = $"{without[0]}{(without.Count > 1 ? $" and {without.Count - 1} others" : "")}";
        string[] evidence = [$"{without.Count} parameter{(without.Count == 1 ? " has" : "s have")} a gradient and no momentum"];
        yield return new(
            CauseCatalogue.ParameterInNoGroup.Found($"The optimizer leaves {which} alone: in none of its groups.", 1, evidence),
            GroupFaults.InNoGroup(without)
        );
        yield return new(
            CauseCatalogue.ParameterInNoGroup.Found($"The optimizer leaves {which} alone, though clipping counts it.", 1, evidence),
            OptimizerFaults.Untrained(without)
        );
    }

    /// <summary>A group at another rate, and weight decay that goes off weights directly.</summary>
    private static IEnumerable<Finding> OfGroups(ExplainedRun first, ExplainedRun second, OptimizerGroups names, double? missingDecay)
    {
        var expected = Groups.Select(group => GroupStep(first, group, names)).ToList();
        var found = Groups.Select(group => GroupStep(second, group, names)).ToList();
        if (expected.Contains(null) || found.Contains(null))
        {
            yield break;
        }

        var factors = found.Zip(expected, (one, other) => one!.Coefficients[0] / other!.Coefficients[0]).ToList();
        for (var group = 0; group < Groups.Length; group++)
        {
            if (!Numbers.Near(factors[group], 1) && Numbers.Near(factors[1 - group], 1))
            {
                var each = Factors(first, second, Groups[group], names);
                var isOne = each.TrueForAll(factor => Numbers.Near(factor, factors[group]));
                yield return new(
                    CauseCatalogue.RateOfGroup.Found(
                        isOne
                            ? $"The parameters of group {Groups[group]} move at {Numbers.Text(factors[group])} times the learning rate."
                            : $"The parameters of group {Groups[group]} have a schedule of their own: from iteration to iteration they "
                                + $"move at {Numbers.Text(each)} times the learning rate.",
                        1 - found[group]!.Residual,
                        [$"movement over momentum and recorded rate, by group: {Numbers.Text(factors)} times the expected"]
                    ),
                    OptimizerFaults.StepOfGroup(group, isOne ? [factors[group]] : each)
                );
            }
        }

        var (taken, error) = (found[1]!.Coefficients[1], found[1]!.Errors[1]);
        // A step takes so little off a weight that most of it is rounded away: the size is rough.
        if (missingDecay is { } decay && taken > decay / 2 && taken < 2 * decay && taken > Resolution * error)
        {
            yield return new(
                CauseCatalogue.WeightDecayDecoupled.Found(
                    1 - found[1]!.Residual,
                    [
                        $"convolution weights lose {Numbers.Text(taken)} ± {Numbers.Text(error)} of themselves times the rate in each "
                            + $"step; {Numbers.Text(decay)} "
                            + "is expected to enter their gradients, and does not",
                    ]
                ),
                OptimizerFaults.DecoupledDecay(decay)
            );
        }
    }

    /// <summary>What a group moves by in each iteration, over what it should.</summary>
    private static List<double> Factors(ExplainedRun first, ExplainedRun second, string group, OptimizerGroups names) =>
        [
            .. Enumerable
                .Range(0, Math.Min(first.Iterations.Count, second.Iterations.Count))
                .Select(i => (Found: GroupStep(second, group, names, i), Expected: GroupStep(first, group, names, i)))
                .Select(pair => pair is { Found: { } one, Expected: { } other } ? one.Coefficients[0] / other.Coefficients[0] : 1),
        ];

    /// <summary>How a group's weights follow momentum and themselves, in units of the recorded rate.</summary>
    /// <param name="run">The run.</param>
    /// <param name="group">The group.</param>
    /// <param name="names">Which group a parameter is in.</param>
    /// <param name="only">The iteration that counts; null are all.</param>
    private static FitResult? GroupStep(ExplainedRun run, string group, OptimizerGroups names, int? only = null)
    {
        var fit = new LinearFit(2);
        for (var iteration = only ?? 0; iteration <= (only ?? run.Iterations.Count - 1); iteration++)
        {
            var rate = run.Rates[iteration];
            foreach (var entry in run.Iterations[iteration].Of(TracePhase.Momentum).Where(entry => names.NameFor(entry.Key.Name) == group))
            {
                if (
                    rate > 0
                    && run.WeightsBefore(iteration, entry.Key.Name) is { } before
                    && run.Sums(iteration, TracePhase.Weights, entry.Key.Name) is { } after
                )
                {
                    fit.Add(
                        [.. before.Zip(after, (x, y) => x - y)],
                        [
                            [.. entry.Summary.Sums.Select(x => x * rate)],
                            [.. before.Select(x => x * rate)],
                        ],
                        1 / Math.Max(1e-30, Math.Sqrt(before.Sum(x => x * x)))
                    );
                }
            }
        }

        return fit.Solve();
    }
}
