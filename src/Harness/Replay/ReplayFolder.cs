using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Harness.Replay;

/// <summary>Opens folders that a run can be repeated from: records, and what the reference's own program writes.</summary>
public static class ReplayFolder
{
    /// <summary>Opens a record.</summary>
    /// <param name="folder">The folder with case.json.</param>
    /// <exception cref="AlignException">It is none, or its files do not belong together.</exception>
    public static ReplaySource OfRecord(string folder)
    {
        var record = RunRecord.Open(folder);
        var options = record.Case.Options;
        using var network = new PPYoloNetwork(options.ToNetwork());
        var entries = StateEntries.Of(network);
        var files = new BatchFiles(folder, record.Case.Iterations, record.Case.Ranks);
        var survey = files.Survey(options.ToNetwork());
        var notes = new List<string>();
        var log = LossLog.TryRead(folder);
        if (log is null)
        {
            notes.Add($"{folder} has no {RecordFolder.LossesFile}: rates are not compared, and losses are those in the batch files");
        }

        var startFile = record.Case.StartWeights is { } named
            ? Path.Combine(folder, named)
            : RecordFolder.FindFile(folder, RecordFolder.StartName);
        var start = record.ReadStart();
        if (NetworkState.Difference(entries, start) is { } difference)
        {
            throw new AlignException($"{startFile}: these are not the weights of the network in {CaseHead.FileName}: {difference}");
        }

        ZeroWeights.Refuse(start, startFile);
        List<RecordedEnd> ends = [];
        Add(WeightsTitle, RecordFolder.RawEndName, end => end.Raw);
        Add("moving averages", RecordFolder.EndName, end => end.Ema);
        return new()
        {
            Files = files,
            Options = options,
            Start = start,
            IsRecord = true,
            Seed = record.Case.Seed,
            InitProfile = record.Case.InitProfile,
            Iterations = log is null
                ? RecordedIteration.Of(survey, LossTerms.NamesOf(network.Options), notes)
                : [.. log.Iterations.Select(entry => new RecordedIteration(entry.LearningRate, entry.Losses))],
            Ends = ends,
            Notes = notes,
            Output = Path.GetDirectoryName(startFile)!,
            Extension = Path.GetExtension(startFile),
        };

        void Add(string title, string name, Func<RunEnd, NamedTensors> of)
        {
            if (RecordFolder.TryFindFile(folder, name) is { } file)
            {
                ends.Add(RecordedEnd.Read(title, of, file, entries, notes));
            }
            else
            {
                notes.Add($"{folder} has no {name}.*: {title} after the last iteration are not compared");
            }
        }
    }

    /// <summary>Opens a folder of the reference's own program.</summary>
    /// <param name="folder">The folder with the batch files; weights are in it or below PPYOLO_outputs.</param>
    /// <param name="options">Network and recipe. How many images an iteration has, the files say.</param>
    /// <param name="batchIsAsked">Whether somebody asked for the batch of the options, which must then be that of the files.</param>
    /// <param name="init">The start weights; null takes 000.* of the folder.</param>
    /// <param name="endFile">The end of the recorded run; null takes 1__.* of the folder where there is one.</param>
    /// <exception cref="AlignException">There are no such files, or they are another network's.</exception>
    public static ReplaySource OfReference(
        string folder,
        TrainOptions options,
        bool batchIsAsked = false,
        StartWeights? init = null,
        string? endFile = null
    )
    {
        var files = BatchFiles.In(folder);
        using var network = new PPYoloNetwork(options.ToNetwork());
        var entries = StateEntries.Of(network);
        var survey = files.Survey(options.ToNetwork());
        var ranks = $"{files.Ranks} rank{(files.Ranks == 1 ? "" : "s")}";
        if (batchIsAsked && options.Batch != survey.Images)
        {
            throw new AlignException(
                $"{folder}: its iterations have {survey.Images} images over {ranks}, and 'batch' is set to {options.Batch}; set it to "
                    + $"{survey.Images}, or leave it away (the learning rate is per image)"
            );
        }

        var startFile = RecordFolder.TryFindFile(folder, RecordFolder.StartName);
        var start =
            init
            ?? StartWeights.OfFile(
                startFile
                    ?? throw new AlignException(
                        $"{folder}: expected start weights, {RecordFolder.StartName}.pth in it or below {RecordFolder.OutputsName}, found "
                            + $"none; name them with --init FILE or --init generator:SEED:PROFILE"
                    )
            );
        var notes = new List<string>
        {
            $"{folder} has no {CaseHead.FileName}: {files.Iterations} iterations on {ranks}, {survey.Images} images in each, are counted "
                + $"from its files; all else is as --config and --set say",
        };
        if (init is not null && startFile is not null)
        {
            notes.Add($"{startFile} is not used: --init names other start weights");
        }

        if (options.DropBlock)
        {
            notes.Add("DropBlock is on, and drops other cells than in the recorded run: --set dropBlock=false makes it return its input");
        }

        List<RecordedEnd> ends = [];
        var end = endFile ?? RecordFolder.TryFindFile(folder, RecordFolder.EndName);
        if (end is not null)
        {
            ends.Add(RecordedEnd.Read("moving averages", run => run.Ema, end, entries, notes));
            ends.AddRange(Momentum(end, entries, options with { Batch = checked((int)survey.Images) }, files.Iterations, notes));
        }

        var iterations = RecordedIteration.Of(survey, LossTerms.NamesOf(network.Options), notes);
        if (ends.Count == 0 && iterations.All(iteration => iteration.Losses.Count == 0))
        {
            throw new AlignException(
                $"{folder}: expected losses in the batch files, or {RecordFolder.EndName}.pth, found neither: there is nothing to compare "
                    + $"a replay with; name the end of the run with --end FILE"
            );
        }

        notes.Add(
            "not recorded there, and not compared: learning rates, weights as trained"
                + (ends.Exists(part => part.Title == MomentumTitle) ? "" : ", momentum")
                + (end is null ? $", moving averages ({RecordFolder.EndName}.pth; --end FILE names one)" : "")
        );
        var beside = RecordFolder.TryFindFile(folder, RecordFolder.EndName) ?? startFile;
        var output = beside is null ? folder : Path.GetDirectoryName(beside)!;
        var extension = beside is null ? TensorFormat.TorchWeights.Extension : Path.GetExtension(beside);
        return new()
        {
            Files = files,
            Options = options with { Batch = checked((int)survey.Images) },
            Start = start.For(options.ToNetwork()),
            IsRecord = false,
            InitProfile = start.ProfileName,
            Iterations = iterations,
            Ends = ends,
            Notes = notes,
            Output = output,
            Extension = extension,
        };
    }

    internal const string MomentumTitle = "momentum",
        WeightsTitle = "weights";

    /// <summary>The momentum in the optimizer's state beside the end weights, where it is there as a whole.</summary>
    private static IReadOnlyList<RecordedEnd> Momentum(
        string file,
        IReadOnlyList<StateEntry> entries,
        TrainOptions options,
        int iterations,
        List<string> notes
    )
    {
        var checkpoint = Checkpoint.Read(file);
        IReadOnlyList<RecordedEnd> found = [];
        try
        {
            var state = checkpoint.Optimizer.Kind == PickleKind.Dict ? SgdState.FromPickle(checkpoint.Optimizer) : null;
            notes.AddRange(state is null ? [] : OptimizerSettings.Differences(file, state, options, iterations));
            var momentum = state is null ? [] : NamedMomentum.Of(entries, state);
            var trained = entries.Count(entry => entry.IsTrainable);
            if (momentum.Count == trained)
            {
                momentum.Own(checkpoint);
                found = [new(MomentumTitle, run => run.Momentum, momentum)];
            }
            else if (momentum.Count > 0)
            {
                notes.Add($"{file}: its optimizer has momentum of {momentum.Count} of {trained} parameters, which is not compared");
            }
        }
        catch (AlignException exception)
        {
            notes.Add($"{file}: its optimizer's momentum is not compared: {exception.Message}");
        }

        if (found.Count == 0)
        {
            checkpoint.Dispose();
        }

        return found;
    }
}
