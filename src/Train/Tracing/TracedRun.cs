using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;

namespace PPYolo.Train.Tracing;

/// <summary>Carries out a <see cref="RunPlan"/> on thread ranks and keeps its trace in memory.</summary>
internal static class TracedRun
{
    /// <summary>Trains.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">How many ranks.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <param name="options">What to keep; null for summaries alone.</param>
    /// <param name="injections">Tensors to put in the place of ranks' own, or null.</param>
    /// <returns>Each rank's trace.</returns>
    public static IReadOnlyList<RunTrace> Execute(RunPlan plan, int ranks, int threads, TraceOptions? options = null, IReadOnlyList<Injection>? injections = null)
    {
        var traces = Enumerable.Range(0, ranks).Select(_ => new List<IterationTrace>()).ToList();
        RankTeam.Run(ranks, threads, team =>
        {
            var end = TrainingRun.Execute(plan, team, observe: step => StepTracer.Watch(step, traces[team.Rank].Add, options, injections));
            AddEnd(traces[team.Rank][^1], end.Ema);
            return team.Rank;
        });
        return [.. traces.Select((iterations, rank) => new RunTrace(rank, iterations))];
    }

    /// <summary>Appends what a run ends with to its last iteration.</summary>
    public static void AddEnd(IterationTrace last, NamedTensors ema) => AddFiles(last, TracePhase.End, ema);

    /// <summary>Appends tensors of a file, those of float32 and a wanted name, and with buffers the counters of batches.</summary>
    public static void AddFiles(IterationTrace trace, TracePhase phase, NamedTensors tensors, Func<string, bool>? wanted = null)
    {
        foreach (var (name, tensor) in tensors.Where(pair => wanted?.Invoke(pair.Key) != false))
        {
            if (tensor.Type == ElementType.Float32)
            {
                trace.Add(new(new(phase, name), tensor.Shape, StripedSummary.Of(tensor.As<float>())));
            }
            else if (phase == TracePhase.Buffers && tensor is { Type: ElementType.Int64, Count: 1 })
            {
                trace.Add(new(new(phase, name), tensor.Shape, StripedSummary.Of((double)tensor.As<long>()[0])));
            }
        }
    }
}
