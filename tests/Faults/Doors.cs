using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Harness.Reference;
using PPYolo.Harness.Watching;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Faults;

/// <summary>What the other ways of the harness to look at a training see of a fault: each the first thing that is wrong, or null.</summary>
internal static class Doors
{
    private const int RanksIterations = 4;

    private const string FullSize = "r50vd-aligngrad-full-calm",
        Stopped = "the run stops: ";

    /// <summary>
    /// The cases of the reference with the iterations that are run, quick ones first. A fault is tried on that whose network is nearest to
    /// its own, and then on the others, until both doors have seen it.
    /// </summary>
    private static readonly (string Name, int Iterations)[] Cases =
    [
        ("r18vd-96-calm", 10),
        ("r18vd-96-calm-decay", 10),
        ("ppyolov2-r50vd", 2),
        ("r50vd-aligngrad-calm", 2),
        ("r50vd-trainable-calm", 5),
    ];

    private static readonly Dictionary<BenchCase, string> Nearest = new()
    {
        [BenchCase.Small] = "r18vd-96-calm",
        [BenchCase.Deformable] = "r50vd-trainable-calm",
        [BenchCase.Pools] = "r50vd-aligngrad-calm",
        [BenchCase.Aggregation] = "ppyolov2-r50vd",
    };

    /// <summary>What align reference says, and the golden of the same run.</summary>
    public static (string? Reference, string? Golden) ReferenceAndGolden(PlantedFault fault)
    {
        // Only there maps are large enough; an iteration takes as long as the other cases' ten.
        var (reference, golden) =
            fault.Case == BenchCase.Pools ? (Seen(() => Run(fault, FullSize, null, 1), FullSize), GoldenOfFullSize(fault)) : (null, null);
        foreach (var (name, iterations) in Cases.OrderBy(of => of.Name == Nearest[fault.Case] ? 0 : 1))
        {
            var (failure, began) = Try(fault, name, iterations);
            reference ??= failure;
            golden ??= began;
            if (reference is not null && golden is not null)
            {
                break;
            }
        }

        return (reference, golden);
    }

    /// <summary>
    /// What align ranks says: two ranks against one, with the fault in both, as a fault of the code is. Only the small network is tried.
    /// </summary>
    public static string? Ranks(PlantedFault fault)
    {
        if (fault.Case != BenchCase.Small)
        {
            return null;
        }

        using var folder = new TemporaryFolder();
        var options = new RanksRunOptions
        {
            Floor = NoiseFloor.Read(Fixtures.PathOf("floors", "r18vd-calm.json")),
            OneRank = fault.Training,
            Recorder = (plan, record) => new RanksRunOptions().Record(plan with { Run = plan.Run.With(fault.Training) }, record),
        };
        return Seen(() => RanksScenario.Merge(RanksPlan(), folder.Path, options), "2 ranks");
    }

    /// <summary>What the golden of one iteration at 416 pixels says.</summary>
    private static string? GoldenOfFullSize(PlantedFault fault)
    {
        var golden = Golden("FullSizeTheories.AnIterationIsItsGolden_config=ppyolo_r50vd_voc2012");
        var options = TrainOptionsFile.Read("ppyolo_r50vd_voc2012", ["batch=2", "sizes=[416]"]);
        var network = options.ToNetwork();
        var watch = new GoldenWatch(golden.Case, golden.Iterations, golden);
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(network),
            _ => new GeneratedBatches("1", options.Batch, options.Sizes, network),
            golden.Iterations,
            "1"
        )
        {
            Observe = watch.Attach,
        };
        IterationLoop.Execute(plan.With(fault.Training));
        var environment = GoldenEnvironment.Current(LaterSettings.HashedText(options), TestEnvironment.Threads);
        return Began(GoldenComparer.Compare(golden, watch.Build(environment)), "r50vd at 416");
    }

    private static GoldenRecord Golden(string name) =>
        GoldenText.Read(Path.Combine(Fixtures.Root, "tests", "Golden", "Weights", $"{name}.verified.{GoldenText.Extension}"));

    private static string? Began(GoldenComparison comparison, string where) =>
        comparison.Aligned ? null : $"{where}: {comparison.Began ?? comparison.Failures[0].What}";

    private static (string? Reference, string? Golden) Try(PlantedFault fault, string name, int iterations)
    {
        var file = ReferenceCaseFile.Read(Fixtures.Reference(name));
        var golden = Golden($"ReferenceTheories.TenIterationsEqualTheReference_name={name}");
        var watch = new GoldenWatch(golden.Case, golden.Iterations, golden);
        var failure = Seen(() => Run(fault, name, watch.Attach, iterations), name);
        if (failure?.Contains(Stopped, StringComparison.Ordinal) == true)
        {
            return (failure, failure);
        }

        try
        {
            var environment = GoldenEnvironment.Current(LaterSettings.HashedText(file with { Noise = null }), TestEnvironment.Threads);
            var comparison = GoldenComparer.Compare(golden, watch.Build(environment));
            return (failure, Began(comparison, name));
        }
        catch (InvalidOperationException)
        {
            // It was not planted here, or the run ended before the golden did, of which the other door has told.
            return (failure, null);
        }
    }

    private static Verdict Run(PlantedFault fault, string name, Action<Trainer>? observe, int iterations) =>
        ReferenceScenario.Run(
            Fixtures.Reference(name),
            new()
            {
                Alteration = fault.Training,
                Ranks = fault.Ranks,
                Threads = TestEnvironment.Threads,
                Iterations = iterations,
                Observe = observe,
                Batches = whole => fault.Training.Batches(_ => whole, 0),
            }
        );

    /// <summary>
    /// The first check that fails. A run that stops is seen; a network without the fault's layer has no such fault.
    /// </summary>
    private static string? Seen(Func<Verdict> look, string where)
    {
        try
        {
            return look().Failures.FirstOrDefault() is { } check ? $"{where}: {check.Name}" : null;
        }
        catch (Exception exception) when (exception is ReplicaDivergenceException or NonFiniteLossException)
        {
            return $"{where}: {Stopped}{Reason(exception.Message)}";
        }
        catch (RankFailureException exception)
        {
            return exception.Cause.Contains("differs", StringComparison.Ordinal) ? $"{where}: {Stopped}ranks part" : null;
        }
        catch (Exception exception)
            when (exception
                    is InvalidOperationException
                        or KeyNotFoundException
                        or AlignException
                        or NullReferenceException
                        or ArgumentException
            )
        {
            return null;
        }
    }

    private static string Reason(string message) =>
        message.Contains("not finite", StringComparison.Ordinal) ? "a loss is not finite" : "ranks part";

    /// <summary>The run whose floor is stored.</summary>
    private static RanksPlan RanksPlan()
    {
        var options = TrainOptionsFile.Read(
            "ppyolo_r18vd_voc2012",
            ["batch=4", "sizes=[96]", "learningRatePerImage=0.000005", "startFactor=0.5", "dropBlock=false", "freezeAt=-1"]
        );
        var network = options.ToNetwork();
        var run = new RunPlan(
            options,
            StartWeights.Parse("generator:5:calm").For(network),
            _ => throw new InvalidOperationException("set by the scenario"),
            RanksIterations,
            "5"
        );
        return new(run, new GeneratedBatches("5", options.Batch, options.Sizes, network), [2, 2], "calm");
    }
}
