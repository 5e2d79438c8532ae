using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Locks;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Train.Capsules;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Runs;
using TorchSharp;

namespace PPYolo.Train.Epochs;

/// <summary>What ppyolo train does with --epochs: begins or resumes a run in a folder.</summary>
internal sealed class EpochSession
{
    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether a run that is there goes on.</summary>
    public required bool Resume { get; init; }

    /// <summary>Whether a page with the first batch is written into the folder.</summary>
    public bool ShowFirstBatch { get; init; }

    /// <summary>How many of the last checkpoints stay.</summary>
    public required int Keep { get; init; }

    /// <summary>How many of the last iterations are kept in memory for capsules, or null for none.</summary>
    public int? BlackBox { get; init; }

    /// <summary>The last capsule that was written, or null.</summary>
    public string? LastCapsule => box?.LastCapsule;

    /// <summary>Who trains together.</summary>
    public required RanksOptions Team { get; init; }

    /// <summary>Where the network is.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>The settings of the command line, or null where it names no configuration.</summary>
    public required RunSettings? Asked { get; init; }

    /// <summary>
    /// Where the command line names no configuration: what it says of a recorded run, which is the run itself where nothing was given.
    /// </summary>
    public required Func<RunSettings, RunSettings> AskedOver { get; init; }

    /// <summary>Whether labels or images may be others than when the run began.</summary>
    public bool MayChangeData { get; init; }

    /// <summary>Epochs of the whole run where they were given, also for a run that is resumed.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Opens the data that settings name.</summary>
    public required Func<RunSettings, TrainingData> OpenData { get; init; }

    /// <summary>Images that the network sees at once in evaluations.</summary>
    public required int EvalBatch { get; init; }

    /// <summary>Runs what it is given and shows the progress that it is told of.</summary>
    public required Action<Action<IEpochObserver>> Show { get; init; }

    /// <summary>Told, in a sentence each, what the run decides; on the rank that speaks.</summary>
    public required Action<string> Say { get; init; }

    private FolderLock? writing;
    private BlackBox? box;
    private IEpochObserver? shown;

    /// <summary>Trains.</summary>
    public void Run()
    {
        // A folder that is not there yet is made when everything else was found right.
        using var early = Directory.Exists(Folder) ? Lock() : null;
        writing = early;
        var there = RunSettings.ExistIn(Folder);
        if (there && !Resume)
        {
            throw new AlignException($"{Folder}: expected a new folder, found a run; go on with it by --resume, or name another folder");
        }

        var resumed = new ResumedSettings(this);
        var settings = there || Asked is null ? resumed.Read() : Asked;
        var data = OpenData(settings);
        settings = resumed.Fingerprinted(settings with { Options = data.Fit(settings.Options) }, data, there);
        // A capsule of the moment after a checkpoint goes on from the one before.
        var store = new CheckpointStore(Folder, BlackBox is not null && Keep == 1 ? 2 : Keep) { BeforeWrite = () => writing?.Require() };
        using var from =
            store.Latest is { } latest ? TrainingState.Read(latest)
            : settings.Continued is { } theirs ? TrainingState.OfReference(theirs, settings.Options.IterationsPerEpoch)
            : null;
        using var checkpoint = from is null && settings.Checkpoint is { } file ? TensorFile.Read(file) : null;
        var start = from?.Raw ?? CheckpointStart.Of(settings, checkpoint, Say);
        if (from is not null && from.Epochs > settings.Options.Epochs)
        {
            throw new AlignException(
                $"{Folder}: {from.Epochs} epochs are done, more than --epochs {settings.Options.Epochs} asks for; nothing was changed"
            );
        }

        if (from is not null)
        {
            Say($"{Folder}: going on after epoch {from.Epochs} of {settings.Options.Epochs}");
        }

        foreach (var note in DataNotes.Of(settings.Options, data, settings.Options.Epochs))
        {
            Say($"note: {note}");
        }

        var evaluation = Evaluation(settings, data);
        settings = resumed.Fingerprinted(settings, evaluation, there);
        using var late = early is null ? Lock() : null;
        if (late is not null && RunSettings.ExistIn(Folder))
        {
            throw new AlignException(
                $"{Folder}: expected a new folder, found a run that somebody else began meanwhile; name another folder"
            );
        }

        writing ??= late;
        Say(RunLength.Describe(settings.Options, settings.Options.Epochs - (from?.Epochs ?? 0), Device.type == DeviceType.CPU));
        using var kept = box = BlackBox is { } iterations ? Box(iterations, settings, new(store, settings, from, start)) : null;
        Show(observer =>
        {
            shown = observer;
            RankLauncher.Run(Team, members => Train(members, settings, data, start, store, from, evaluation, observer));
        });
        Say(
            $"{Folder}: {settings.Options.Epochs} epochs done; the weights are in {new CheckpointStore(Folder, Keep).Latest}; detect with "
                + $"them: ppyolo predict IMAGE --out found --weights {Folder}"
        );
    }

    private BlackBox Box(int iterations, RunSettings settings, CapsuleSources sources) =>
        MpiLaunch.Current is null
            ? new(
                new()
                {
                    Folder = Folder,
                    Iterations = iterations,
                    Options = settings.Options,
                    Seed = settings.Seed,
                    Run = JsonNode.Parse(StrictJson.Text(settings))!.AsObject(),
                    Sources = sources.All,
                    Say = text => shown?.AfterCapsule(text),
                },
                Team.Size(null)
            )
            : throw new AlignException(
                "--black-box: keeps what the ranks of one process do, and mpirun started several processes; use --ranks N, or leave it away"
            );

    // One process writes, whatever ranks there are; it is the one that speaks.
    private FolderLock? Lock() => MpiLaunch.Current is null or { Rank: 0 } ? FolderLock.Take(Folder) : null;

    /// <summary>
    /// The evaluation of the dataset that was named, or of the held-out part of the one that trains; null where there is none.
    /// </summary>
    private EpochEvaluation? Evaluation(RunSettings settings, TrainingData data)
    {
        if (settings.Options.EvalInterval == 0 || (settings.EvalData is null && data is not DatasetData))
        {
            return null;
        }

        DatasetLayout layout;
        try
        {
            layout = settings.EvalData is { } named
                ? DatasetFinder.Find(named, "val", reading: settings.Reading is { } reading ? reading with { Layout = null } : null)
                : DatasetFinder.Find(settings.Data, "val", settings.Images, settings.Reading);
        }
        catch (AlignException e) when (settings.EvalData is null)
        {
            Say($"no evaluation: {e.Message}; or name a dataset with --eval-data");
            return null;
        }

        if (settings.EvalData is null && data is DatasetData { Dataset.Layout: var trained } && layout.Annotations == trained.Annotations)
        {
            Say($"no evaluation: {layout.Annotations} is trained on; name a dataset with --eval-data");
            return null;
        }

        Say($"evaluation on {layout.Recognized}");
        return EpochEvaluation.Create(settings.Options, data, layout, EvalBatch, Device);
    }

    private int Train(
        IRanks ranks,
        RunSettings settings,
        TrainingData data,
        NamedTensors start,
        CheckpointStore store,
        TrainingState? from,
        IEpochEvaluation? evaluation,
        IEpochObserver observer
    )
    {
        RunAgreement.RequireSame([new(RunAgreement.Kind, "over epochs"), new("--out", Folder)], ranks);
        if (ranks.Rank == 0)
        {
            store.RemoveLeftovers();
            settings.Write(Folder);
            if (ShowFirstBatch)
            {
                FirstBatchPage.Write(Folder, settings, data, ranks.Size, from?.Epochs ?? 0, Say);
            }
        }

        ranks.Barrier("the run's folder");
        var options = settings.Options;
        var plan = new RunPlan(
            options,
            start,
            data.Batches(options, SlicedBatches.Even(options.Batch, ranks.Size)),
            options.Epochs * options.IterationsPerEpoch,
            settings.Seed
        )
        {
            // Once an epoch, before the checkpoint.
            CheckReplicas = false,
            Device = Device,
            DataFacts = data.Facts,
        };
        EpochLoop.Execute(
            plan,
            new()
            {
                Checkpoints = store,
                From = from,
                BlackBox = box,
                Evaluation = evaluation,
                Observers = ranks.Rank > 0 ? [] : [observer, new TensorBoardLog(Folder), new RunReport(Folder, store.Scores)],
            },
            ranks
        );
        return ranks.Rank;
    }
}
