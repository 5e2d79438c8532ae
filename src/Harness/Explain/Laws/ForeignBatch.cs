using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>What the trainer of another network was fed.</summary>
internal static class ForeignBatch
{
    /// <summary>As exactly as summaries of one tensor agree.</summary>
    private const double Exact = 1e-5;

    /// <summary>Whether a name is one of those that PP-YOLO is fed by.</summary>
    public static bool IsDetectors(string name) => name is "image" or "gt_bbox" or ['t', 'a', 'r', 'g', 'e', 't', >= '0' and <= '9'];

    /// <summary>Of its names nothing is known: it is another batch, or that of another iteration.</summary>
    public static Finding Examine(ExplainedRun first, ExplainedRun second, EntryDifference difference)
    {
        var name = difference.Key.Name;
        var where =
            $"{name} of iteration {difference.Iteration} is not the expected one "
            + $"({difference.Note ?? $"relative difference {Numbers.Text(difference.Relative)}"})";
        var (ranks, found) = (
            first.Ranks,
            second.Ranks.ElementAtOrDefault(difference.Rank)?.Find(difference.Iteration, TracePhase.Data, name)
        );
        var same = Enumerable
            .Range(0, first.Iterations.Count)
            .Where(iteration =>
                found is not null
                && ranks.Count == second.Ranks.Count
                && ranks[difference.Rank].Find(iteration, TracePhase.Data, name) is { } other
                && other.Summary.RelativeDistance(found.Summary) < Exact
            )
            .ToList();
        return same.Count == 1
            ? CauseCatalogue.BatchOrder.Found(1, [where, $"it is that of iteration {same[0]}"])
            : CauseCatalogue.BatchOther.Found(Cause.LeastLikely, [where]);
    }
}
