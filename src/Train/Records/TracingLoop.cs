using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
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
    /// <param name="isEnough">Asked after each phase of a run of one rank whether to stop there, given what there is of the iteration's
    /// trace; null trains to the end. The trace then ends there, too.</param>
    /// <returns>Each rank's trace.</returns>
    public static IReadOnlyList<RunTrace> Execute(
        RunPlan plan,
        int ranks,
        int threads,
        TraceOptions? options = null,
        IReadOnlyList<Injection>? injections = null,
        Func<IterationTrace, bool>? isEnough = null
    )
    {
        var traces = new RunTrace[ranks];
        ThreadTeam.Run(
            ranks,
            threads,
            team => traces[team.Rank] = Execute(plan, team, options, injections, team.Size == 1 ? isEnough : null)
        );
        return traces;
    }

    /// <summary>Trains as one of several ranks.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="options">What to keep; null for summaries alone.</param>
    /// <param name="injections">Tensors to put in the place of ranks' own, or null.</param>
    /// <returns>This rank's trace.</returns>
    public static RunTrace Execute(RunPlan plan, IRanks ranks, TraceOptions? options = null, IReadOnlyList<Injection>? injections = null) =>
        Execute(plan, ranks, options, injections, isEnough: null);

    private static RunTrace Execute(
        RunPlan plan,
        IRanks ranks,
        TraceOptions? options,
        IReadOnlyList<Injection>? injections,
        Func<IterationTrace, bool>? isEnough
    )
    {
        var trace = new List<IterationTrace>();
        StepTracer? tracer = null;
        try
        {
            return IterationLoop.Run(
                // What is put in the place of a rank's own must not reach the others.
                plan with
                {
                    SharesState = plan.SharesState && (injections?.Count ?? 0) == 0,
                },
                ranks,
                afterStep: null,
                observe: step =>
                {
                    tracer = StepTracer.Watch(step, trace.Add, options, injections);
                    if (isEnough is not null)
                    {
                        step.Watch(new EnoughWatch(() => isEnough(tracer.Unfinished)));
                    }
                },
                (step, _, _) =>
                {
                    AddEnd(trace[^1], step.ReadEma());
                    return new RunTrace(ranks.Rank, trace);
                }
            );
        }
        catch (EnoughException)
        {
            trace.Add(tracer!.Unfinished);
            return new(ranks.Rank, trace);
        }
        finally
        {
            // It may hold the outputs of a forward pass that no backward pass came after.
            tracer?.Dispose();
        }
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

    /// <summary>Ends a run between two phases. It must be told after the tracer.</summary>
    private sealed class EnoughWatch(Func<bool> isEnough) : IStepWatch
    {
        /// <inheritdoc />
        public void After(TracePhase phase, StepMoment moment)
        {
            if (isEnough())
            {
                throw new EnoughException();
            }
        }
    }

    private sealed class EnoughException : Exception;
}
