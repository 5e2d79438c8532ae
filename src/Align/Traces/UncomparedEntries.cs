using System.Globalization;

namespace PPYolo.Align.Traces;

/// <summary>Counts what of two runs is not in their comparison.</summary>
internal static class UncomparedEntries
{
    /// <summary>The entries of either run that were not compared, by phase and reason.</summary>
    /// <param name="expected">One trace for each rank.</param>
    /// <param name="found">The same of the other run.</param>
    /// <param name="compared">What was compared.</param>
    public static IReadOnlyList<Uncompared> Of(
        IReadOnlyList<RunTrace> expected,
        IReadOnlyList<RunTrace> found,
        IReadOnlyList<EntryDifference> compared
    )
    {
        var known = compared.Select(difference => (difference.Iteration, difference.Rank, difference.Key)).ToHashSet();
        var both = Math.Min(expected[0].Iterations.Count, found[0].Iterations.Count);
        var groups = new OrderedDictionary<string, int>();
        foreach (var (run, other, name) in new[] { (expected, found, "the first run"), (found, expected, "the second run") })
        {
            foreach (var rank in run)
            {
                foreach (var iteration in rank.Iterations)
                {
                    foreach (var entry in iteration.Entries)
                    {
                        if (!IsKnown(iteration.Iteration, rank.Rank, entry.Key, run.Count != other.Count))
                        {
                            var what = Reason(rank, iteration, entry.Key, other, name, both);
                            groups[what] = groups.GetValueOrDefault(what) + 1;
                        }
                    }
                }
            }
        }

        var all = compared.Count + groups.Values.Sum();
        return [.. groups.Select(group => new Uncompared(group.Key, group.Value, (double)group.Value / all))];

        // What concerns all ranks together is compared once, batches joined among it, and a single rank's gradients are those of all.
        bool IsKnown(int iteration, int rank, TraceKey key, bool otherRanks) =>
            known.Contains((iteration, rank, key))
            || (rank > 0 && TraceComparison.IsRankFree(key.Phase))
            || (
                otherRanks
                && key.Phase is TracePhase.Data or TracePhase.Gradient
                && (known.Contains((iteration, 0, key)) || known.Contains((iteration, 0, key with { Phase = TracePhase.Reduction })))
            );
    }

    private static string Reason(
        RunTrace rank,
        IterationTrace iteration,
        TraceKey key,
        IReadOnlyList<RunTrace> other,
        string name,
        int both
    )
    {
        if (iteration.Iteration >= both)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(both == rank.Iterations.Count - 1 ? $"iteration {both}" : $"iterations {both} to {rank.Iterations.Count - 1}")} "
                    + $"of {name}"
            );
        }

        var phase = key.Phase.ToString().ToLowerInvariant();
        var there = other.FirstOrDefault(trace => trace.Rank == rank.Rank)?.Iterations[iteration.Iteration];
        return there?.Of(key.Phase).Any() == true ? $"{phase} of modules that were watched in {name} alone" : $"{phase} of {name}";
    }
}
