using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Data.Batches;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Records;

/// <summary>A record folder of a run that this program, or another, trained as <see cref="RecordCase"/> says.</summary>
public sealed class RunRecord : RecordFolder
{
    private RunRecord(string folder, RecordCase file)
        : base(folder, file) => Case = file;

    /// <summary>What was run.</summary>
    public RecordCase Case { get; }

    /// <summary>Whether a folder holds a record, rather than a case of the reference or nothing.</summary>
    public static bool IsAt(string folder) => IsAt(folder, RecordCase.FormatName);

    /// <summary>Opens a record folder to train on it.</summary>
    /// <exception cref="AlignException">It is none, or incomplete, or another trainer's.</exception>
    public static RunRecord Open(string folder)
    {
        if (Look(folder) is not RunRecord record)
        {
            throw new AlignException(
                $"{Path.Combine(folder, CaseHead.FileName)}: has no settings of this program, so that its run cannot be repeated; compare "
                    + $"it with another by ppyolo explain"
            );
        }

        if (CapsuleFile.ExistsIn(folder))
        {
            throw new AlignException(
                $"{folder}: is a capsule, which begins in the middle of its run: train it again with ppyolo train --replay {folder}, or "
                    + $"look at it with ppyolo explain {folder}"
            );
        }

        record.RequireBatches();
        return record;
    }

    /// <summary>
    /// Opens a record folder to look at what is there: a <see cref="RunRecord"/>, or where case.json has no settings of this program, what
    /// any trainer records.
    /// </summary>
    /// <exception cref="AlignException">It is none.</exception>
    public static RecordFolder Look(string folder)
    {
        var path = Path.Combine(folder, CaseHead.FileName);
        if (!File.Exists(path))
        {
            throw new AlignException(
                IsUnfinished(folder)
                    ? $"{path}: not found; the run is still being recorded, or died: {Path.Combine(folder, UnfinishedFile)} is there"
                    : $"{path}: not found; a record folder is made by: ppyolo train --record {folder}"
            );
        }

        if (!CaseFile.HasSettings(path))
        {
            var head = StrictJson.Parse<RecordHead>(InputFile.ReadText(path), path);
            head.Require(RecordCase.FormatName, path);
            return new(folder, head);
        }

        var file = CaseFile.Read<RecordCase>(path, complete: members => Complete(members, folder));
        file.Require(RecordCase.FormatName, path);
        file.Options.Validate(path, inCase: true);
        return new RunRecord(folder, file);
    }

    /// <summary>What a case file that somebody wrote by hand need not say: the folder tells, or it makes no difference.</summary>
    private static void Complete(JsonObject members, string folder)
    {
        var files = new Lazy<BatchFiles>(() => BatchFiles.In(folder));
        Add("seed", () => "1");
        Add("initProfile", () => "file");
        Add("classes", () => First(0).Targets[0].Shape[2] - 6);
        Add("batch", () => Enumerable.Range(0, files.Value.Ranks).Sum(rank => First(rank).Count));
        Add("sizes", () => new JsonArray(First(0).Size));
        Add("iterations", () => files.Value.Iterations);
        Add("ranks", () => files.Value.Ranks);
        if (!CapsuleFile.ExistsIn(folder))
        {
            Add("startWeights", () => Path.GetRelativePath(folder, FindFile(folder, StartName)));
        }

        Batch First(int rank) => new RecordedBatches(folder, rank).At(0);

        void Add(string name, Func<JsonNode> value)
        {
            if (!members.ContainsKey(name))
            {
                members[name] = value();
            }
        }
    }

    /// <summary>Reads the end of the run: weights, moving averages, momentum and losses.</summary>
    public RunEnd ReadEnd() =>
        new(
            Read(RawEndName),
            Read(EndName),
            Read(MomentumName),
            [
                .. ReadLosses()
                    .Iterations.Select(entry => new StepResult(entry.Iteration, entry.Size, entry.LearningRate, [.. entry.Losses], null)
                    {
                        LocalLosses = [.. entry.Losses],
                    }),
            ],
            [0]
        );
}
