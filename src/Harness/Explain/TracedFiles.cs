using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Records;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Explain;

/// <summary>
/// What files of a traced run say stands in its trace too, and the trace is compared: a file that says something else would be compared
/// with nothing.
/// </summary>
internal static class TracedFiles
{
    /// <summary>In proportion to a tensor's norm: rounding of a file in float64, or of sums, is less.</summary>
    public const double SameNumbers = 1e-6;

    /// <summary>What to do where two files of a record say different things.</summary>
    public const string Advice = "one of the two was changed since it was recorded: put it back, or record the run again";

    /// <summary>Refuses files that are not of the run that the trace is of.</summary>
    /// <param name="folder">The record folder.</param>
    /// <param name="traces">The trace of each rank.</param>
    /// <param name="losses">Its losses, or null.</param>
    /// <param name="hasEnd">Whether the trace goes to the end of the run.</param>
    /// <exception cref="AlignException">A file has other numbers than the trace.</exception>
    public static void Require(string folder, IReadOnlyList<RunTrace> traces, LossLog? losses, bool hasEnd)
    {
        var first = traces[0].Iterations;
        Require(folder, RunRecord.StartName, first[0], TracePhase.Start);
        for (var i = 0; i < first.Count; i++)
        {
            RequireBatches(folder, [.. traces.Where(trace => i < trace.Iterations.Count).Select(trace => trace.Iterations[i])]);
        }

        // Not every iteration need be traced.
        foreach (var trace in first.Where(trace => trace.Iteration < losses?.Iterations.Count))
        {
            RequireLosses(folder, trace, losses!.Iterations[trace.Iteration]);
        }

        if (hasEnd)
        {
            Require(folder, RunRecord.RawEndName, first[^1], TracePhase.Weights);
            Require(folder, RunRecord.MomentumName, first[^1], TracePhase.Momentum);
        }
    }

    private static void Require(string folder, string name, IterationTrace trace, TracePhase phase)
    {
        if (RunRecord.TryFindFile(folder, name) is { } path)
        {
            using var tensors = TensorFile.Read(path);
            if (phase != TracePhase.Start || !ZeroWeights.Are(tensors))
            {
                var compared = tensors.Where(pair => pair.Value.Type.IsFloatingPoint()).ToList();
                Require(path, trace, InOrder.Select(compared, pair => Of(phase, pair)));
            }
        }
    }

    private static void RequireBatches(string folder, IReadOnlyList<IterationTrace> ranks)
    {
        var losses = new List<IReadOnlyDictionary<string, float>>();
        var images = new List<long>();
        for (var rank = 0; rank < ranks.Count; rank++)
        {
            var path = Path.Combine(folder, RecordedBatches.FileName(ranks[rank].Iteration, rank));
            if (!File.Exists(path))
            {
                return;
            }

            using var tensors = Npz.Read(path);
            Require(path, ranks[rank], [.. tensors.Select(pair => Of(TracePhase.Data, pair))]);
            losses.Add(
                tensors
                    .Where(pair => pair.Value.Count == 1 && ranks[0][TracePhase.Loss, pair.Key] is not null)
                    .ToDictionary(pair => pair.Key, pair => (float)StripedSummary.Of(pair.Value).Mean, StringComparer.Ordinal)
            );
            images.Add(ranks[rank].Of(TracePhase.Data).FirstOrDefault()?.Shape.FirstOrDefault(1) ?? 1);
        }

        // A batch has its own rank's losses, the trace those over all ranks.
        var averaged = BatchFiles.Averaged(losses, images).Select(loss => Of(TracePhase.Loss, loss.Key, loss.Value));
        Require(Path.Combine(folder, RecordedBatches.FileName(ranks[0].Iteration, 0)), ranks[0], [.. averaged]);
    }

    private static void RequireLosses(string folder, IterationTrace trace, LossLogEntry entry) =>
        Require(
            Path.Combine(folder, RunRecord.LossesFile),
            trace,
            [.. entry.Losses.Select(loss => Of(TracePhase.Loss, loss.Key, loss.Value)), Of(TracePhase.Schedule, "rate", entry.LearningRate)]
        );

    private static TraceEntry Of(TracePhase phase, KeyValuePair<string, TensorData> pair) =>
        new(new(phase, pair.Key), [.. pair.Value.Shape], StripedSummary.Of(pair.Value));

    private static TraceEntry Of(TracePhase phase, string name, double value) => new(new(phase, name), [], StripedSummary.Of(value));

    private static void Require(string path, IterationTrace trace, IReadOnlyList<TraceEntry> found)
    {
        var others = (
            from one in found
            let traced = trace[one.Key.Phase, one.Key.Name]
            where traced is not null
            // Beside a NaN or infinity the sums say nothing. A single number may have dimensions or none.
            let isOther = traced.Summary.NonFinite != one.Summary.NonFinite || (Count(one) != 1 && !traced.Shape.SequenceEqual(one.Shape))
            let distance = isOther ? double.PositiveInfinity
            : traced.Summary.NonFinite > 0 ? 0
            : traced.Summary.RelativeDistance(one.Summary)
            where !(distance <= SameNumbers)
            select (one.Key, Distance: distance)
        ).ToList();
        if (others.Count > 0)
        {
            throw new AlignException(
                $"{path}: expected what the record's own trace has of iteration {trace.Iteration}, found other numbers in "
                    + $"{(others.Count == 1 ? "" : $"{others.Count} tensors, first ")}'{others[0].Key}' by "
                    + $"{Numbers.Text(others[0].Distance)} of its norm; {Advice}"
            );
        }
    }

    private static long Count(TraceEntry entry) => entry.Shape.Aggregate(1L, (all, extent) => all * extent);
}
