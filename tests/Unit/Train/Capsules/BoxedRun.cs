using System.Text.Json.Nodes;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Replay;
using PPYolo.Tests.Unit.Train.Epochs;
using PPYolo.Train.Capsules;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Runtime;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Capsules;

/// <summary>Runs over epochs of very few, very small iterations with a black box, and their capsules trained again.</summary>
internal sealed class BoxedRun : IDisposable
{
    private const int Threads = 2;

    private readonly TemporaryFolder folder = new();

    public string Folder => folder.Path;

    public List<string> Said { get; } = [];

    /// <summary>What it trains on; noise unless given.</summary>
    public TrainingData Data { get; init; } = new GeneratedData("1", perRankSizes: false);

    public required TrainOptions Options
    {
        get => Ranks == 1 ? field : field with { Network = ThinNetwork.OfRanks };
        init;
    }

    /// <summary>The weights that it begins with.</summary>
    public string Init { get; init; } = "generator:1";

    public int Ranks { get; init; } = 1;

    /// <summary>How many iterations the box keeps; 0 is no box.</summary>
    public int Kept { get; init; } = 10;

    /// <summary>Plants a fault, or looks.</summary>
    public Action<Trainer>? Observe { get; init; }

    public IEpochObserver[] Observers { get; init; } = [];

    /// <summary>Other states to train again from than the run's.</summary>
    public Func<IReadOnlyList<CapsuleSource>>? Sources { get; init; }

    public static TrainOptions Of(int epochs, int iterations) => TinyRun.Options(epochs, iterations) with { Sizes = [64] };

    public string[] Capsules() =>
        Directory.Exists(folder.File(BlackBox.FolderName))
            ? [.. Directory.GetDirectories(folder.File(BlackBox.FolderName)).Order(StringComparer.Ordinal)]
            : [];

    public string EndOf(int epoch) => folder.File(CheckpointStore.FileName(epoch));

    /// <summary>Makes the checkpoint of an epoch, as if the run had come so far.</summary>
    public void BeginAfter(int epoch)
    {
        using var trainer = new Trainer(Plan(Start), new SoloRanks());
        trainer.Next();
        trainer.Step.Iteration = epoch * Options.IterationsPerEpoch;
        using var state = TrainingState.Capture(trainer.Step, epoch, Options);
        new CheckpointStore(Folder).Write(state);
    }

    /// <summary>Trains, from the last checkpoint where there is one.</summary>
    public void Train()
    {
        // As its settings say: a test before may have left this thread another number.
        TorchThreads.Set(Threads);
        var store = new CheckpointStore(Folder, keep: 0);
        using var from = store.Latest is { } latest ? TrainingState.Read(latest) : null;
        var settings = Settings();
        var plan = Plan(from?.Raw ?? Start) with { Observe = Observe };
        var sources = new CapsuleSources(store, settings, from, plan.Start);
        using var box =
            Kept == 0
                ? null
                : new BlackBox(
                    new()
                    {
                        Folder = Folder,
                        Iterations = Kept,
                        Options = Options,
                        Seed = "1",
                        Run = JsonNode.Parse(StrictJson.Text(settings))!.AsObject(),
                        Sources = Sources ?? sources.All,
                        Say = Said.Add,
                    },
                    Ranks
                );
        ThreadTeam.Run(
            Ranks,
            Threads,
            team =>
            {
                EpochLoop.Execute(
                    plan,
                    new()
                    {
                        Checkpoints = store,
                        From = from,
                        BlackBox = box,
                        Observers = team.Rank == 0 ? Observers : [],
                    },
                    team
                );
                return 0;
            }
        );
    }

    /// <summary>Trains a capsule again.</summary>
    public Verdict Replay(string capsule, TrainingData? data = null, string[]? change = null, string? record = null) =>
        CapsuleScenario.Run(
            new()
            {
                Folder = capsule,
                OpenData = _ => data ?? Data,
                Change = settings => settings with { Options = TrainOptionsFile.Override(settings.Options, change ?? [], "the test") },
                Device = CPU,
                Record = record,
                Trace = record is null ? null : new TraceOptions(),
                Say = Said.Add,
            }
        );

    public void Dispose() => folder.Dispose();

    private NamedTensors Start => StartWeights.Parse(Init).For(Options.ToNetwork());

    private RunPlan Plan(NamedTensors start) =>
        new(
            Options,
            start,
            Data.Batches(Options, SlicedBatches.Even(Options.Batch, Ranks)),
            Options.Epochs * Options.IterationsPerEpoch,
            "1"
        );

    private RunSettings Settings() =>
        new()
        {
            Options = Options,
            Data = "generator:1",
            Seed = "1",
            Init = Init,
            Ranks = Ranks,
            Threads = Threads,
        };
}
