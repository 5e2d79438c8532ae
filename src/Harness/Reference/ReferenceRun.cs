using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.Measures;
using PPYolo.Model.State;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.Reference;

/// <summary>Our run of a reference case: what is needed to compare it, and nothing more.</summary>
public sealed class ReferenceRun
{
    private readonly Dictionary<string, TensorSummary> init = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> untrained = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSummary> firstWeights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSummary> finalWeights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSummary> finalEma = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSummary> firstGradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorData> activations = new(StringComparer.Ordinal);
    private readonly List<StepResult> steps = [];
    private readonly List<double> seconds = [];
    private readonly List<long> memory = [];
    private readonly List<string> changedFrozen = [];
    private readonly List<string> wrongCounters = [];
    private readonly IterationTrace?[] traces;

    private ReferenceRun(IterationTrace?[] traces) => this.traces = traces;

    /// <summary>Start weights by key.</summary>
    public IReadOnlyDictionary<string, TensorSummary> Init => init;

    /// <summary>Weights after iteration 0.</summary>
    public IReadOnlyDictionary<string, TensorSummary> FirstWeights => firstWeights;

    /// <summary>Weights after the last iteration; empty where the case does not compare them.</summary>
    public IReadOnlyDictionary<string, TensorSummary> FinalWeights => finalWeights;

    /// <summary>Moving averages after the last iteration; empty where the case does not compare them.</summary>
    public IReadOnlyDictionary<string, TensorSummary> FinalEma => finalEma;

    /// <summary>Gradients of iteration 0.</summary>
    public IReadOnlyDictionary<string, TensorSummary> FirstGradients => firstGradients;

    /// <summary>Activations of iteration 0.</summary>
    public IReadOnlyDictionary<string, TensorData> Activations => activations;

    /// <summary>Each iteration's losses and rate.</summary>
    public IReadOnlyList<StepResult> Steps => steps;

    /// <summary>Wall-clock seconds of each iteration.</summary>
    public IReadOnlyList<double> Seconds => seconds;

    /// <summary>Bytes of the process in memory after each iteration.</summary>
    public IReadOnlyList<long> Memory => memory;

    /// <summary>The trace of iteration 0 on each rank.</summary>
    public IReadOnlyList<IterationTrace> FirstTraces => [.. traces.OfType<IterationTrace>()];

    /// <summary>Frozen parameters that are no longer bit by bit what they were.</summary>
    public IReadOnlyList<string> ChangedFrozen => changedFrozen;

    /// <summary>Batch counters that do not equal the number of iterations.</summary>
    public IReadOnlyList<string> WrongCounters => wrongCounters;

    /// <summary>Trains a case.</summary>
    /// <param name="file">The case.</param>
    /// <param name="start">Its start weights.</param>
    /// <param name="whole">Its batches.</param>
    /// <param name="options">Device, ranks, and who makes the parts.</param>
    public static ReferenceRun Train(ReferenceCase file, NamedTensors start, IBatchSource whole, ReferenceOptions options)
    {
        var traces = new IterationTrace?[options.Ranks];
        return ThreadTeam.Run(
            options.Ranks,
            options.Threads,
            ranks => Train(file, start, BatchesOf(file, whole, ranks), options, ranks, traces)
        );
    }

    private static ReferenceRun Train(
        ReferenceCase file,
        NamedTensors start,
        IBatchSource batches,
        ReferenceOptions options,
        IRanks ranks,
        IterationTrace?[] traces
    )
    {
        var run = new ReferenceRun(traces);
        var plan = new RunPlan(file.Options, start, _ => batches, file.Iterations, file.Seed)
        {
            Alteration = options.Alteration,
            Observe = options.Observe,
            Device = options.Device,
        };
        using var trainer = new Trainer(plan, ranks);
        var step = trainer.Step;
        // What gradients may differ by: the rest is compared with the reference itself.
        using var tracer = StepTracer.Watch(
            step,
            trace => traces[ranks.Rank] = trace,
            new() { Phases = [TracePhase.Forward, TracePhase.Backward] }
        );
        if (ranks.Rank > 0)
        {
            // One rank's view is enough but of its kinks: the others hold the same, which is checked.
            while (step.Iteration < file.Iterations)
            {
                trainer.Next();
                tracer.Dispose();
            }

            return run;
        }

        var entries = step.Entries.Where(entry => !entry.IsBatchCounter).ToList();
        Summarize(entries, Weight, run.init);
        Summarize(entries.Where(entry => !entry.IsTrainable), entry => TensorBits.Hash(entry.Value), run.untrained);
        // Activations are those of this rank's images: only a single rank has the reference's.
        var outputs = ranks.Size > 1 ? null : NetworkOutputs.Watch(step.Network, (name, tensor) => run.activations[name] = tensor.ToData());
        var gradients = new PhaseWatch(
            TracePhase.Reduction,
            _ => Summarize(step.Entries.Where(entry => entry.Value.grad is not null), Gradient, run.firstGradients)
        );
        step.Watch(gradients);
        while (step.Iteration < file.Iterations)
        {
            var done = trainer.Next();
            run.steps.Add(done.Result);
            run.seconds.Add(done.StepTime.TotalSeconds);
            run.memory.Add(RunMeasurements.CurrentBytes());
            options.Progress?.Invoke(done.Result);
            if (done.Result.Iteration == 0)
            {
                tracer.Dispose();
                outputs?.Dispose();
                step.Unwatch(gradients);
                Summarize(entries, run.Later, run.firstWeights);
            }
        }

        if (ReferenceBounds.CoverTheEnd(file))
        {
            Summarize(entries, run.Later, run.finalWeights);
            Summarize(entries, entry => Average(step, entry), run.finalEma);
        }

        run.changedFrozen.AddRange(
            step.Entries.Where(entry =>
                    entry is { IsParameter: true, IsTrainable: false } && !entry.Value.AsData().BitwiseEquals(start[entry.Key])
                )
                .Select(entry => entry.Key)
        );
        run.wrongCounters.AddRange(
            step.Entries.Where(entry => entry.IsBatchCounter && entry.Value.AsData().As<long>()[0] != file.Iterations)
                .Select(entry => entry.Key)
        );
        return run;
    }

    /// <summary>A rank's images of each batch.</summary>
    internal static IBatchSource BatchesOf(ReferenceCase file, IBatchSource whole, IRanks ranks) =>
        ranks.Size == 1 ? whole : new SlicedBatches(whole, SlicedBatches.Even(file.Options.Batch, ranks.Size), ranks.Rank);

    /// <summary>A weight as it is now.</summary>
    internal static TensorSummary Weight(StateEntry entry) => TensorSummary.Of(entry.Key, entry.Value.AsData());

    private static void Summarize<T>(IEnumerable<StateEntry> entries, Func<StateEntry, T> summary, Dictionary<string, T> into)
    {
        foreach (var (name, summarized) in InOrder.Select([.. entries], entry => (entry.Key, summary(entry))))
        {
            into.Add(name, summarized);
        }
    }

    /// <summary>What training leaves alone has its summary already; whether it was left alone is not taken for granted.</summary>
    private TensorSummary Later(StateEntry entry) =>
        untrained.TryGetValue(entry.Key, out var bits) && bits == TensorBits.Hash(entry.Value) ? init[entry.Key] : Weight(entry);

    private static TensorSummary Gradient(StateEntry entry)
    {
        using var gradient = entry.Value.grad!;
        return TensorSummary.Of(entry.Key, gradient.AsData());
    }

    private static TensorSummary Average(TrainStep step, StateEntry entry)
    {
        using var average = step.Ema.Read(entry);
        return TensorSummary.Of(entry.Key, average.AsData());
    }
}
