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
        var groups = new OrderedDictionary<string, int>();
        var alone = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
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
                            var what = Reason(rank, iteration, entry.Key, other, name);
                            if (what == name)
                            {
                                (alone.TryGetValue(name, out var own) ? own : alone[name] = []).Add(iteration.Iteration);
                            }

                            groups[what] = groups.GetValueOrDefault(what) + 1;
                        }
                    }
                }
            }
        }

        var all = compared.Count + groups.Values.Sum();
        return
        [
            .. groups.Select(group => new Uncompared(
                alone.TryGetValue(group.Key, out var own) ? $"{IterationList.Text(own)} of {group.Key}" : group.Key,
                group.Value,
                (double)group.Value / all
            )),
        ];

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

    /// <summary>Why an entry was not compared; the run's name alone where the other has nothing of its iteration.</summary>
    private static string Reason(RunTrace rank, IterationTrace iteration, TraceKey key, IReadOnlyList<RunTrace> other, string name)
    {
        var counterpart = other.FirstOrDefault(trace => trace.Rank == rank.Rank);
        var there = counterpart?.Iterations.ElementAtOrDefault(iteration.Iteration);
        var phase = key.Phase.ToString().ToLowerInvariant();
        // Start weights and the end are there though nothing else of their iteration may be.
        return (there ?? other[0].Iterations.ElementAtOrDefault(iteration.Iteration))?.IsTraced != true
            && key.Phase is not (TracePhase.Start or TracePhase.End)
                ? name
            : there?.Of(key.Phase).Any() != true ? $"{phase} of {name}"
            : key.Phase is TracePhase.Forward or TracePhase.Backward && counterpart!.Names?.Contains(key.Name) != false
                ? $"{phase} of modules that were watched in {name} alone"
            : counterpart!.Names is null ? $"{phase} of {name}"
            : $"{phase} of names that {name} alone has";
    }
}
