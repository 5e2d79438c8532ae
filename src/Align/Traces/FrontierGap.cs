namespace PPYolo.Align.Traces;

/// <summary>What lies between the place where two runs differ first and the last one before it that agrees: nobody compared it.</summary>
/// <param name="Agrees">The last that agrees; null where nothing before was compared.</param>
/// <param name="Skipped">How many entries of either run lie between.</param>
/// <param name="First">The first of them; null where there is none.</param>
/// <param name="Iterations">How many iterations right before were not compared, where nothing that agrees behind them was computed.</param>
public sealed record FrontierGap(EntryDifference? Agrees, int Skipped, TraceKey? First, int Iterations)
{
    /// <summary>The gap before the earliest difference beyond noise; null where there is none.</summary>
    /// <param name="expected">One trace for each rank.</param>
    /// <param name="found">The same of the other run.</param>
    /// <param name="compared">What was compared, in order of execution.</param>
    internal static FrontierGap? Of(
        IReadOnlyList<RunTrace> expected,
        IReadOnlyList<RunTrace> found,
        IReadOnlyList<EntryDifference> compared
    )
    {
        var at = compared.TakeWhile(difference => !difference.Exceeds).Count();
        // With other numbers of ranks what concerns one rank alone is never compared.
        if (at == compared.Count || expected.Count != found.Count)
        {
            return null;
        }

        var frontier = compared[at];
        var agrees = compared
            .Take(at)
            .LastOrDefault(difference => difference.Rank == frontier.Rank || TraceComparison.IsRankFree(difference.Key.Phase));
        var known = compared.Select(difference => (difference.Iteration, difference.Key)).ToHashSet();
        var skipped = new[] { expected, found }
            .SelectMany(run => Between(run[frontier.Rank], agrees, frontier))
            .Where(entry => !known.Contains(entry))
            .Distinct()
            .ToList();
        var seen = compared.Where(difference => IsComputed(difference.Key.Phase)).Select(difference => difference.Iteration).ToHashSet();
        var iterations =
            agrees?.Iteration == frontier.Iteration && IsComputed(agrees.Key.Phase)
                ? 0
                : Enumerable.Range(1, frontier.Iteration).TakeWhile(back => !seen.Contains(frontier.Iteration - back)).Count();
        return skipped.Count == 0 && iterations == 0
            ? null
            : new(agrees, skipped.Count, skipped.Count == 0 ? null : skipped[0].Key, iterations);
    }

    private static bool IsComputed(TracePhase phase) => phase is not (TracePhase.Start or TracePhase.Data or TracePhase.Schedule);

    /// <summary>The entries of a run behind one place and before another; none where the run lacks the other.</summary>
    private static IEnumerable<(int Iteration, TraceKey Key)> Between(RunTrace run, EntryDifference? from, EntryDifference to)
    {
        var entries = run
            .Iterations.Skip(from?.Iteration ?? 0)
            .Take(to.Iteration - (from?.Iteration ?? 0) + 1)
            .SelectMany(iteration => iteration.Entries.OrderBy(entry => entry.Key.Phase).Select(entry => (iteration.Iteration, entry.Key)))
            .ToList();
        var (start, end) = (from is null ? -1 : entries.IndexOf((from.Iteration, from.Key)), entries.IndexOf((to.Iteration, to.Key)));
        return end < 0 || (from is not null && start < 0) ? [] : entries.Skip(start + 1).Take(end - start - 1);
    }
}
