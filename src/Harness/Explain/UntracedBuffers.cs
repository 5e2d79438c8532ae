using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Nothing in a file of weights says which of them are buffers. Where one run has nothing but files, a trace of the other says it: else a
/// table of the network would be weights in one and a buffer in the other.
/// </summary>
internal static class UntracedBuffers
{
    /// <summary>A run whose end has the other's buffers among its buffers.</summary>
    public static ExplainedRun As(ExplainedRun run, ExplainedRun other)
    {
        var buffers = other.Iterations[^1].Of(TracePhase.Buffers).Select(entry => entry.Key.Name).ToHashSet(StringComparer.Ordinal);
        bool isOne(TraceEntry entry) => entry.Key.Phase == TracePhase.Weights && buffers.Contains(entry.Key.Name);
        var last = run.Iterations[^1];
        if (run.IsTraced || !last.Entries.Any(isOne))
        {
            return run;
        }

        var moved = new IterationTrace(last.Iteration) { MeasuresKinks = last.MeasuresKinks };
        foreach (var entry in last.Entries)
        {
            moved.Add(isOne(entry) ? entry with { Key = new(TracePhase.Buffers, entry.Key.Name) } : entry);
        }

        return run with
        {
            Ranks = [run.Ranks[0] with { Iterations = [.. run.Iterations.SkipLast(1), moved] }, .. run.Ranks.Skip(1)],
        };
    }
}
