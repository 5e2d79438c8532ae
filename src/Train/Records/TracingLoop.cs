using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Records;

/// <summary>Carries out a <see cref="RunPlan"/> on thread ranks and keeps its trace in memory.</summary>
internal static class TracingLoop
{
    /// <summary>Trains.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">How many ranks.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <param name="options">What to keep; null for summaries alone.</param>
    /// <param name="injections">Tensors to put in the place of ranks' own, or null.</param>
    /// <returns>Each rank's trace.</returns>
    public static IReadOnlyList<RunTrace> Execute(
        RunPlan plan,
        int ranks,
        int threads,
        TraceOptions? options = null,
        IReadOnlyList<Injection>? injections = null
    )
    {
        var traces = new RunTrace[ranks];
        ThreadTeam.Run(ranks, threads, team => traces[team.Rank] = Execute(plan, team, options, injections));
        return traces;
    }

    /// <summary>Trains as one of several ranks.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="options">What to keep; null for summaries alone.</param>
    /// <param name="injections">Tensors to put in the place of ranks' own, or null.</param>
    /// <returns>This rank's trace.</returns>
    public static RunTrace Execute(RunPlan plan, IRanks ranks, TraceOptions? options = null, IReadOnlyList<Injection>? injections = null)
    {
        var trace = new List<IterationTrace>();
        var end = IterationLoop.Execute(
            // What is put in the place of a rank's own must not reach the others.
            plan with
            {
                SharesState = plan.SharesState && (injections?.Count ?? 0) == 0,
            },
            ranks,
            observe: step => StepTracer.Watch(step, trace.Add, options, injections),
            everywhere: true
        );
        AddEnd(trace[^1], end.Ema);
        return new(ranks.Rank, trace);
    }

    /// <summary>Appends what a run ends with to its last iteration.</summary>
    public static void AddEnd(IterationTrace last, NamedTensors ema) => AddFiles(last, TracePhase.End, ema);

    /// <summary>Appends tensors of a file, those of a wanted name; counters of batches with buffers alone.</summary>
    public static void AddFiles(IterationTrace trace, TracePhase phase, NamedTensors tensors, Func<string, bool>? wanted = null)
    {
        foreach (var (name, tensor) in tensors.Where(pair => wanted?.Invoke(pair.Key) != false))
        {
            if (tensor.Type.IsFloatingPoint() || tensor.Count > 1 || phase == TracePhase.Buffers)
            {
                trace.Add(new(new(phase, name), tensor.Shape, StripedSummary.Of(tensor)));
            }
        }
    }
}
