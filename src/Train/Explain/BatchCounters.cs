using PPYolo.Align.Traces;
using PPYolo.Train.Scenarios.Ranks;

namespace PPYolo.Train.Explain;

/// <summary>Not every implementation counts batches: that one run has num_batches_tracked and the other has not is no difference between them.</summary>
internal static class BatchCounters
{
    /// <summary>Both runs as they are where both count or neither does, else without their counters.</summary>
    public static (ExplainedRun First, ExplainedRun Second) WhereBothCount(ExplainedRun first, ExplainedRun second) =>
        Counts(first) == Counts(second) ? (first, second) : (Without(first), Without(second));

    private static bool Counts(ExplainedRun run) => run.Iterations.Any(iteration => iteration.Entries.Any(IsCounter));

    private static ExplainedRun Without(ExplainedRun run) => run with { Ranks = [.. run.Ranks.Select(rank => rank with { Iterations = [.. rank.Iterations.Select(Without)] })] };

    private static IterationTrace Without(IterationTrace trace)
    {
        var kept = new IterationTrace(trace.Iteration);
        foreach (var entry in trace.Entries.Where(entry => !IsCounter(entry)))
        {
            kept.Add(entry);
        }

        return kept;
    }

    private static bool IsCounter(TraceEntry entry) => entry.Key.Phase == TracePhase.Buffers && TensorKinds.IsCounter(entry.Key.Name);
}
