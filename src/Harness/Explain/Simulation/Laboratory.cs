using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>Repeats the first run with this implementation, altered or not.</summary>
internal sealed class Laboratory
{
    private readonly RunPlan plan;
    private readonly int ranks;
    private readonly int threads;

    private Laboratory(RunPlan plan, int ranks, int threads)
    {
        this.plan = plan;
        this.ranks = ranks;
        this.threads = threads;
    }

    /// <summary>
    /// A laboratory for a run whose settings, start weights and batches are known; null where one is not, or where there is no libtorch. It
    /// is loaded when something is trained.
    /// </summary>
    public static Laboratory? For(ExplainedRun run, int threads, Device? device = null) =>
        run is { Options: { } options, Start: { } start, Batches: { } batches } && NativeLibraries.MayHaveTorch
            ? new(
                new RunPlan(options, start, batches, run.Iterations.Count, run.Seed) { CheckReplicas = false, Device = device },
                run.Ranks.Count,
                threads
            )
            : null;

    /// <summary>The same run on other ranks, which share its batches.</summary>
    /// <param name="counts">How many images each rank takes; together all.</param>
    public Laboratory OnRanks(IReadOnlyList<int> counts)
    {
        var (parts, size) = (plan.Batches, ranks);
        return new(
            plan with
            {
                Batches = rank => new SlicedBatches(new MergedBatches([.. Enumerable.Range(0, size).Select(parts)]), counts, rank),
            },
            counts.Count,
            threads
        );
    }

    /// <summary>What is repeated.</summary>
    public RunPlan Plan => plan;

    /// <summary>Each rank's batches.</summary>
    public Func<int, IBatchSource> Batches => plan.Batches;

    /// <summary>The length of the run.</summary>
    public int Iterations => plan.Iterations;

    /// <summary>Trains.</summary>
    /// <param name="alteration">What to do wrong, or null.</param>
    /// <param name="iterations">How far.</param>
    /// <param name="injections">Tensors to put in the place of the run's own, or null.</param>
    /// <param name="options">What to trace; null for all.</param>
    /// <param name="isEnough">Whether to stop, see <see cref="TracingLoop"/>.</param>
    public IReadOnlyList<RunTrace> Run(
        Alteration? alteration,
        int iterations,
        IReadOnlyList<Injection>? injections = null,
        TraceOptions? options = null,
        Func<IterationTrace, bool>? isEnough = null
    )
    {
        NativeLibraries.RequireTorch();
        return TracingLoop.Execute(
            plan.With(alteration ?? Alteration.None) with
            {
                Iterations = iterations,
            },
            ranks,
            threads,
            options,
            injections,
            isEnough
        );
    }

    /// <summary>Trains with something wrong; null where that breaks down, which no recorded run did.</summary>
    /// <param name="alteration">What to do wrong.</param>
    /// <param name="iterations">How far.</param>
    /// <param name="options">What to trace; null for all.</param>
    /// <param name="isEnough">Whether to stop, see <see cref="TracingLoop"/>.</param>
    public IReadOnlyList<RunTrace>? Attempt(
        Alteration alteration,
        int iterations,
        TraceOptions? options = null,
        Func<IterationTrace, bool>? isEnough = null
    )
    {
        try
        {
            return Run(alteration, iterations, options: options, isEnough: isEnough);
        }
        catch (Exception exception) when (exception is NonFiniteLossException or RankFailureException)
        {
            return null;
        }
    }

    /// <summary>Trains the run and twins of it, and measures the noise floor.</summary>
    public TraceFloor Floor(int twins, Action<string>? progress = null)
    {
        NativeLibraries.RequireTorch();
        progress?.Invoke("the run itself");
        return ThreadTeam.Run(
            ranks,
            threads,
            team =>
                TraceTwins.Measure(
                    plan,
                    TracingLoop.Execute(plan, team).Iterations,
                    twins,
                    team,
                    twin => progress?.Invoke($"twin {twin} of {twins}")
                )
        )!;
    }
}
