using PPYolo.Align.Generation;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.Reference;

/// <summary>
/// The forward pass of iteration 0 once more, from weights perturbed by 1e-7: what rounding does to maps and to running statistics. What
/// it does to gradients follows (<see cref="GradientNoise"/>), so nothing is differentiated.
/// </summary>
internal sealed class ReferenceTwin
{
    private readonly Dictionary<string, TensorSummary> weights = new(StringComparer.Ordinal);
    private readonly IterationTrace[] traces;

    private ReferenceTwin(int ranks) => traces = new IterationTrace[ranks];

    /// <summary>The trace of the forward pass on each rank.</summary>
    public IReadOnlyList<IterationTrace> Traces => traces;

    /// <summary>What the reference has no gradient of, after the forward pass, by key.</summary>
    public IReadOnlyDictionary<string, TensorSummary> Weights => weights;

    /// <summary>Looks at a case's first batch.</summary>
    /// <param name="file">The case.</param>
    /// <param name="start">Its start weights, not perturbed.</param>
    /// <param name="whole">Its batches.</param>
    /// <param name="options">Device and ranks.</param>
    /// <param name="differentiated">What the reference has gradients of.</param>
    public static ReferenceTwin Look(
        ReferenceCase file,
        NamedTensors start,
        IBatchSource whole,
        ReferenceOptions options,
        IEnumerable<string> differentiated
    )
    {
        var perturbed = Perturbation.Of(start, file.Seed);
        var left = differentiated.ToHashSet(StringComparer.Ordinal);
        var twin = new ReferenceTwin(options.Ranks);
        return ThreadTeam.Run(
            options.Ranks,
            options.Threads,
            ranks =>
            {
                var batches = ReferenceRun.BatchesOf(file, whole, ranks);
                var plan = new RunPlan(file.Options, perturbed, _ => batches, 1, file.Seed)
                {
                    Alteration = options.Alteration,
                    Device = options.Device,
                };
                using var trainer = new Trainer(plan, ranks);
                using (var tracer = StepTracer.Watch(trainer.Step, _ => { }, new() { Phases = [TracePhase.Forward] }))
                {
                    trainer.Look();
                    twin.traces[ranks.Rank] = tracer.Unfinished;
                }

                if (ranks.Rank == 0)
                {
                    foreach (var entry in trainer.Step.Entries.Where(entry => !entry.IsBatchCounter && !left.Contains(entry.Key)))
                    {
                        twin.weights.Add(entry.Key, ReferenceRun.Weight(entry));
                    }
                }

                return twin;
            }
        );
    }
}
