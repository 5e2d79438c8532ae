using PPYolo.Align;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;

namespace PPYolo.Harness.Explain;

/// <summary>Joins what the ranks of a run were fed: sketches of parts do not add up to that of the whole, but batch files do.</summary>
internal static class JoinedBatches
{
    /// <summary>The run, with what its ranks were fed together; as it is for one rank, or where batches are not known.</summary>
    /// <param name="run">The run.</param>
    /// <param name="obstacle">Why batches cannot be joined, or null.</param>
    public static ExplainedRun Of(ExplainedRun run, out string? obstacle)
    {
        obstacle = null;
        if (run.Ranks.Count == 1)
        {
            return run;
        }

        if (run.Batches is null)
        {
            obstacle = $"{run.Name} has no batch files";
            return run;
        }

        try
        {
            var merged = new MergedBatches([.. run.Ranks.Select(rank => run.Batches(rank.Rank))]);
            var fed = run.Iterations.Select(iteration => Summaries(merged.At(iteration.Iteration))).ToList();
            return run with { Ranks = [run.Ranks[0] with { JoinedBatches = fed }, .. run.Ranks.Skip(1)] };
        }
        catch (AlignException e)
        {
            obstacle = e.Message;
            return run;
        }
    }

    /// <summary>What a batch is, as a trace has it.</summary>
    public static IReadOnlyList<TraceEntry> Summaries(Batch batch) => Summaries(batch.Named);

    /// <summary>What any trainer was fed, as a trace has it.</summary>
    public static IReadOnlyList<TraceEntry> Summaries(IEnumerable<KeyValuePair<string, TensorData>> tensors) =>
        [.. tensors.Select(pair => new TraceEntry(new(TracePhase.Data, pair.Key), pair.Value.Shape, StripedSummary.Of(pair.Value)))];
}
