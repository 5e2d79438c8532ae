using PPYolo.Align.Explanations;
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

    private static readonly Lazy<TraceFloor> SoloFloor = new(() => Laboratory.For(Right(1), TestEnvironment.Threads)!.Floor(Twins));

    private static readonly Dictionary<int, ExplainedRun> RightRuns = [];

    /// <summary>The noise floor of one rank, which is that of several too.</summary>
    public static TraceFloor Floor => SoloFloor.Value;

    /// <summary>The right training.</summary>
    public static ExplainedRun Right(int ranks)
    {
        lock (RightRuns)
        {
            return RightRuns.TryGetValue(ranks, out var run)
                ? run
                : RightRuns[ranks] = Describe("right", Plan(ranks), TracingLoop.Execute(Plan(ranks), ranks, TestEnvironment.Threads));
        }
    }

    /// <summary>Explains a wrong training.</summary>
    public static Explanation Explain(Alteration fault, int ranks)
    {
        var right = Right(ranks);
        var plan = Faulty(fault, ranks);
        // Only the trace is known of the wrong training, and that it was to be the right one.
        var wrong = new ExplainedRun("wrong", TracingLoop.Execute(plan, ranks, TestEnvironment.Threads));
        return Explainer.Explain(right, wrong, Floor, Laboratory.For(right, TestEnvironment.Threads));
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
            StartWeights.Parse("generator:5:calm").For(network),
            ranks == 1 ? _ => whole : rank => new SlicedBatches(whole, SlicedBatches.Even(options.Batch, ranks), rank),
            Iterations,
            "5"
        )
        {
            CheckReplicas = false,
        };
    }

    public static RunPlan Faulty(Alteration fault, int ranks) => Plan(ranks).With(fault);

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
