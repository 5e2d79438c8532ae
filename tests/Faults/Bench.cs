using PPYolo.Align.Explanations;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Faults;

/// <summary>Right trainings and wrong ones, and what is noise between right ones.</summary>
internal sealed class Bench
{
    private const int Iterations = 4,
        Twins = 2;

    private static readonly Dictionary<BenchCase, TrainOptions> ReadOptions = [];

    // Trainings copy them.
    private static readonly Dictionary<BenchCase, NamedTensors> Starts = [];

    private static readonly Dictionary<BenchCase, TraceFloor> Floors = [];

    private static readonly Dictionary<(BenchCase, int), ExplainedRun> RightRuns = [];

    private static readonly Dictionary<PlantedFault, FaultOutcome> Outcomes = [];

    /// <summary>The noise floor of one rank, which is that of several too.</summary>
    public static TraceFloor Floor => FloorOf(BenchCase.Small);

    /// <summary>The right training.</summary>
    public static ExplainedRun Right(int ranks) => Right(BenchCase.Small, ranks);

    /// <summary>Explains a wrong training.</summary>
    public static Explanation Explain(Alteration fault, int ranks) => Explain(BenchCase.Small, fault, ranks);

    /// <summary>Trains wrongly, and says what becomes of it; once for each fault.</summary>
    public static FaultOutcome Outcome(PlantedFault fault)
    {
        lock (Outcomes)
        {
            if (!Outcomes.TryGetValue(fault, out var outcome))
            {
                var wrong = TracingLoop.Execute(Plan(fault.Case, fault.Ranks).With(fault.Training), fault.Ranks, TestEnvironment.Threads);
                var reduced = fault.Ranks == 1 ? TracePhase.Gradient : TracePhase.Reduction;
                outcome = Outcomes[fault] = new(
                    fault,
                    Explain(fault.Case, wrong),
                    new(() =>
                        Movement.Of(fault.Case, fault.Ranks).Of(wrong).Where(entry => entry.Phase == reduced).Max(entry => entry.Times)
                    )
                );
            }

            return outcome;
        }
    }

    private static Explanation Explain(BenchCase of, Alteration fault, int ranks) =>
        Explain(of, TracingLoop.Execute(Plan(of, ranks).With(fault), ranks, TestEnvironment.Threads));

    private static Explanation Explain(BenchCase of, IReadOnlyList<RunTrace> wrong)
    {
        var right = Right(of, wrong.Count);
        // Only the trace is known of the wrong training, and that it was to be the right one.
        return Explainer.Explain(right, new("wrong", wrong), FloorOf(of), Laboratory.For(right, TestEnvironment.Threads));
    }

    private static ExplainedRun Right(BenchCase of, int ranks)
    {
        lock (RightRuns)
        {
            return RightRuns.TryGetValue((of, ranks), out var run)
                ? run
                : RightRuns[(of, ranks)] = Describe(
                    "right",
                    Plan(of, ranks),
                    TracingLoop.Execute(Plan(of, ranks), ranks, TestEnvironment.Threads)
                );
        }
    }

    public static TraceFloor FloorOf(BenchCase of)
    {
        lock (Floors)
        {
            return Floors.TryGetValue(of, out var floor)
                ? floor
                : Floors[of] = Laboratory.For(Right(of, 1), TestEnvironment.Threads)!.Floor(Twins);
        }
    }

    public static RunPlan Plan(int ranks) => Plan(BenchCase.Small, ranks);

    /// <summary>The right training of a case.</summary>
    public static RunPlan Plan(BenchCase of, int ranks)
    {
        var options = Options(of);
        var network = options.ToNetwork();
        var whole = new GeneratedBatches("5", options.Batch, options.Sizes, network);
        return new(
            options,
            Start(of),
            ranks == 1 ? _ => whole : rank => new SlicedBatches(whole, SlicedBatches.Even(options.Batch, ranks), rank),
            Iterations,
            "5"
        )
        {
            CheckReplicas = false,
        };
    }

    public static RunPlan Faulty(Alteration fault, int ranks) => Plan(ranks).With(fault);

    private static NamedTensors Start(BenchCase of)
    {
        lock (Starts)
        {
            return Starts.TryGetValue(of, out var start)
                ? start
                : Starts[of] = StartWeights.Parse("generator:5:calm").For(Options(of).ToNetwork());
        }
    }

    private static TrainOptions Options(BenchCase of)
    {
        lock (ReadOptions)
        {
            return ReadOptions.TryGetValue(of, out var options)
                ? options
                : ReadOptions[of] = TrainOptionsFile.Read(of.Configuration, [.. of.Settings]);
        }
    }

    private static ExplainedRun Describe(string name, RunPlan plan, IReadOnlyList<RunTrace> traces) =>
        new(name, traces)
        {
            Options = plan.Options,
            Start = plan.Start,
            Batches = plan.Batches,
            Seed = plan.Seed,
        };
}
