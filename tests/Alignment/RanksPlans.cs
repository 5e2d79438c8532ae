using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Alignment;

/// <summary>The runs of scenario 3 whose noise floors are stored in fixtures/floors.</summary>
internal static class RanksPlans
{
    private const string SmallFloor = "r18vd-calm";

    // A dozen theories begin with these, and copy them. The others' are used once or twice, and large.
    private static readonly Lazy<NamedTensors> SmallStart = new(() => GenerateStart(SmallFloor));

    internal static NoiseFloor Floor(string name) => NoiseFloor.Read(Path.Combine(Fixtures.Root, "fixtures", "floors", name + ".json"));

    /// <summary>The run whose floor is stored under a name.</summary>
    internal static RanksPlan Plan(string floor, string split, params string[] settings)
    {
        var (config, seed, own) = Of(floor);
        var options = TrainOptionsFile.Read(config, [.. own, .. settings]);
        var network = options.ToNetwork();
        var run = new RunPlan(
            options,
            floor == SmallFloor ? SmallStart.Value : GenerateStart(floor),
            _ => throw new InvalidOperationException("set by the scenario"),
            10,
            seed
        );
        return new RanksPlan(
            run,
            new GeneratedBatches(seed, options.Batch, options.Sizes, network),
            [.. split.Split(',').Select(int.Parse)],
            "calm"
        );
    }

    /// <summary>The command line of such a run.</summary>
    internal static string Command(string floor, string split, string direction = "merge")
    {
        var (config, seed, settings) = Of(floor);
        return $"ppyolo align ranks --ranks {split.Split(',').Length} --split {split} --direction {direction} --config {config} "
            + string.Concat(settings.Select(setting => $"--set '{setting}' "))
            + $"--init generator:{seed}:calm --seed {seed} --floor fixtures/floors/{floor}.json";
    }

    private static NamedTensors GenerateStart(string floor)
    {
        var (config, seed, own) = Of(floor);
        return StartWeights.Parse($"generator:{seed}:calm").For(TrainOptionsFile.Read(config, [.. own]).ToNetwork());
    }

    private static (string Config, string Seed, string[] Settings) Of(string floor)
    {
        var (config, seed, freezeAt) = floor switch
        {
            SmallFloor => ("ppyolo_r18vd_voc2012", "5", -1),
            "r50vd-aligngrad-calm" => ("ppyolo_r50vd_aligngrad", "6", 3),
            "r50vd-trainable-calm" => ("ppyolo_r50vd_aligngrad", "7", -1),
            _ => throw new ArgumentOutOfRangeException(nameof(floor), floor, "no such floor"),
        };
        return (
            config,
            seed,
            ["batch=4", "sizes=[96]", "learningRatePerImage=0.000005", "startFactor=0.5", "dropBlock=false", $"freezeAt={freezeAt}"]
        );
    }
}
