using PPYolo.Align.Traces;
using PPYolo.Harness.Faults;
using PPYolo.Train.Optimization;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Parameters that are in the optimizer's other group: single norms that decay, single weights that do not.</summary>
internal static class MovedParameters
{
    /// <summary>What a fitted decay may be off by, as a share of the expected one.</summary>
    private const double Near = 0.05;

    /// <summary>The causes that single parameters of the second run point to.</summary>
    /// <param name="first">The run that is expected.</param>
    /// <param name="second">The run that differs from it.</param>
    /// <param name="comparison">Where they differ.</param>
    /// <param name="names">Which group a parameter is to be in.</param>
    /// <param name="decay">The weight decay of the group that has one.</param>
    public static IEnumerable<Finding> Examine(
        ExplainedRun first,
        ExplainedRun second,
        TraceComparison comparison,
        OptimizerGroups names,
        double decay
    )
    {
        // Where the runs part in momentum, gradients and weights are the same. Of iteration 0 momentum is a gradient and some decay.
        if (comparison.Frontier is not { Iteration: 0, Key.Phase: TracePhase.Momentum })
        {
            yield break;
        }

        var differing = comparison
            .Exceeding.Where(difference => difference is { Iteration: 0, Rank: 0, Key.Phase: TracePhase.Momentum })
            .Select(difference => difference.Key.Name)
            .ToList();
        var gaining = differing.Where(name =>
            IsIn(name, ParameterGroup.NoDecay) && Decay(second, name) is { } found && IsNear(found, decay)
        );
        var losing = differing.Where(name => IsIn(name, ParameterGroup.Decay) && Decay(second, name) is { } found && IsNear(found, 0));
        foreach (
            var (moved, cause, what) in new[]
            {
                (gaining, CauseCatalogue.WeightDecayAllGroups, "is"),
                (losing, CauseCatalogue.WeightDecayMissing, "is not"),
            }
        )
        {
            List<string> keys = [.. moved];
            // A group as a whole is another law's.
            if (keys.Count > 0 && keys.Count < first.Reduced(0).Count(entry => IsIn(entry.Key.Name, names.NameFor(keys[0]))))
            {
                yield return new(
                    cause.Found(
                        $"Weight decay {what} on {keys[0]}{(keys.Count > 1 ? $" and {keys.Count - 1} others" : "")}: in the other group.",
                        Finding.Unproven,
                        [$"{keys.Count} of the {differing.Count} momenta that differ decay as those of the other group do"]
                    ),
                    GroupFaults.InOtherGroup(keys)
                );
            }
        }

        bool IsIn(string name, string group) => names.NameFor(name) == group;
        bool IsNear(Measured found, double expected) => Math.Abs(found.Value - expected) < Near * decay && found.Error < Near * decay;
    }

    /// <summary>The decay that entered a parameter's first momentum; null where it cannot be told.</summary>
    private static Measured? Decay(ExplainedRun run, string name)
    {
        if (
            run.Sums(0, TracePhase.Momentum, name) is not { } momentum
            || run.Reduced(0).FirstOrDefault(entry => entry.Key.Name == name) is not { } gradient
            || run.WeightsBefore(0, name) is not { } weights
        )
        {
            return null;
        }

        var fit = new LinearFit(2);
        fit.Add(momentum, [gradient.Summary.Sums, weights], 1);
        return fit.Solve() is { } result ? new(result.Coefficients[1], result.Errors[1]) : null;
    }
}
