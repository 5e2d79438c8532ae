using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Records;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Explain;

/// <summary>Stands for the trace of a run that has none: what its other files say.</summary>
internal static class FilesOfRun
{
    /// <summary>What batch files, losses and weights say of each iteration.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ranks">Ranks that batches were recorded of; 0 where there are none.</param>
    /// <param name="iterations">Iterations that have batch files.</param>
    /// <param name="losses">The losses, or null where they are beside the batches alone.</param>
    /// <param name="length">Iterations where nothing says how many there were.</param>
    public static List<RunTrace> Traces(string folder, int ranks, int iterations, LossLog? losses, int length)
    {
        var known = Math.Max(iterations, losses?.Iterations.Count ?? 0);
        var count = known > 0 ? known : length;
        var traces = Enumerable
            .Range(0, Math.Max(1, ranks))
            .Select(rank => new RunTrace(rank, [.. Enumerable.Range(0, count).Select(i => new IterationTrace(i))]))
            .ToList();
        Add(traces[0].Iterations[0], TracePhase.Start, RunRecord.StartName);
        var areDetections = ranks == 0 || iterations == 0 || RecordedBatches.AreDetections(folder);
        for (var iteration = 0; iteration < count; iteration++)
        {
            for (var rank = 0; rank < ranks && iteration < iterations; rank++)
            {
                var recorded = new RecordedBatches(folder, rank);
                AddBatch(
                    traces[rank].Iterations[iteration],
                    areDetections ? JoinedBatches.Summaries(recorded.At(iteration)) : JoinedBatches.Summaries(recorded.Fed(iteration))
                );
            }

            var entry = losses?.Iterations.ElementAtOrDefault(iteration);
            var beside =
                ranks > 0 && iteration < iterations && (areDetections || losses is null) ? OverRanks(folder, traces, iteration) : null;
            RequireSame(folder, iteration, entry, beside);
            AddLosses(traces[0].Iterations[iteration], entry, losses is null ? beside : null);
        }

        Add(traces[0].Iterations[0], TracePhase.Reduction, RunRecord.GradientsName);
        Add(traces[0].Iterations[^1], TracePhase.Momentum, RunRecord.MomentumName);
        Add(
            traces[0].Iterations[^1],
            TracePhase.Buffers,
            RunRecord.RawEndName,
            name => TensorKinds.IsStatistic(name) || TensorKinds.IsCounter(name)
        );
        Add(traces[0].Iterations[^1], TracePhase.Weights, RunRecord.RawEndName, name => !TensorKinds.IsStatistic(name));
        return traces;

        void Add(IterationTrace trace, TracePhase phase, string name, Func<string, bool>? wanted = null)
        {
            if (RunRecord.TryFindFile(folder, name) is { } path)
            {
                using var tensors = TensorFile.Read(path);
                if (phase == TracePhase.Start && ZeroWeights.Are(tensors))
                {
                    // The reference's own 000.pth holds no weights: no run started from it.
                    return;
                }

                // Counters that are all 0 at the end were not counted, but reset.
                var counters = tensors.Where(pair => TensorKinds.IsCounter(pair.Key));
                var reset = counters.All(pair => !pair.Value.Bytes.Span.ContainsAnyExcept((byte)0));
                TracingLoop.AddFiles(
                    trace,
                    phase,
                    tensors,
                    name => wanted?.Invoke(name) != false && !(reset && TensorKinds.IsCounter(name))
                );
            }
        }
    }

    private static void AddBatch(IterationTrace trace, IReadOnlyList<TraceEntry> entries)
    {
        foreach (var entry in entries)
        {
            trace.Add(entry);
        }
    }

    /// <summary>The losses beside each rank's batch, averaged over images.</summary>
    private static IReadOnlyDictionary<string, float> OverRanks(string folder, List<RunTrace> traces, int iteration) =>
        BatchFiles.Averaged(
            traces.ConvertAll(trace => new RecordedBatches(folder, trace.Rank).Losses(iteration)),
            traces.ConvertAll(trace => trace.Iterations[iteration].Of(TracePhase.Data).FirstOrDefault()?.Shape[0] ?? 1)
        );

    /// <summary>Refuses losses that stand in two places, and are not the same.</summary>
    private static void RequireSame(string folder, int iteration, LossLogEntry? entry, IReadOnlyDictionary<string, float>? beside)
    {
        foreach (var (name, value) in beside ?? new Dictionary<string, float>(StringComparer.Ordinal))
        {
            if (entry?.Losses.TryGetValue(name, out var logged) == true && !IsSame(value, logged))
            {
                throw new AlignException(
                    $"{Path.Combine(folder, RecordedBatches.FileName(iteration, 0))}: expected {name} {Numbers.Text(logged)}, as "
                        + $"{RunRecord.LossesFile} has it, found {Numbers.Text(value)}; {TracedFiles.Advice}"
                );
            }
        }
    }

    private static bool IsSame(float a, float b) =>
        a.Equals(b) || Math.Abs(a - b) <= TracedFiles.SameNumbers * Math.Max(Math.Abs(a), Math.Abs(b));

    private static void AddLosses(IterationTrace trace, LossLogEntry? entry, IReadOnlyDictionary<string, float>? beside)
    {
        var losses = entry?.Losses ?? beside ?? new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var (name, value) in losses)
        {
            trace.Add(new(new(TracePhase.Loss, name), [], StripedSummary.Of(value)));
        }

        TotalLoss.AddTo(trace);
        if (entry is not null)
        {
            trace.Add(new(new(TracePhase.Schedule, "rate"), [], StripedSummary.Of(entry.LearningRate)));
        }
    }
}
