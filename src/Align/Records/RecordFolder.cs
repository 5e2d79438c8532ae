using System.Globalization;
using System.Text.Json;
using PPYolo.Align.Files;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Records;

/// <summary>
/// A recorded run on disk: case.json, 000.* (start weights), batch00000_rank00.npz ... (each rank's batches with their losses),
/// losses.json, 1__.* (end weights, the moving average), 1__raw.* (end weights as trained), 1__momentum.* (the optimizer's buffers), and
/// traces. While it is written there is unfinished.txt in it.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="head">What its case.json says of the run.</param>
public class RecordFolder(string folder, RecordHead head)
{
    /// <summary>Start weights, without extension.</summary>
    public const string StartName = "000";

    /// <summary>End weights of the recorded run (moving average), without extension.</summary>
    public const string EndName = "1__";

    /// <summary>End weights of the recorded run as trained, without extension.</summary>
    public const string RawEndName = "1__raw";

    /// <summary>Momentum after the recorded run, without extension.</summary>
    public const string MomentumName = "1__momentum";

    /// <summary>Gradients of iteration 0, where they were asked for, without extension.</summary>
    public const string GradientsName = "gradients0";

    /// <summary>End weights of a replay (moving average), without extension.</summary>
    public const string ReplayName = "1";

    /// <summary>End weights of a replay as trained, without extension.</summary>
    public const string RawReplayName = "1_raw";

    /// <summary>The folder in which the reference's own program has a folder with weights for each of its experiments.</summary>
    public const string OutputsName = "PPYOLO_outputs";

    /// <summary>The losses.</summary>
    public const string LossesFile = "losses.json";

    /// <summary>Is there from before the first iteration until case.json is.</summary>
    public const string UnfinishedFile = "unfinished.txt";

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>What its case.json says of the run.</summary>
    public RecordHead Head => head;

    /// <summary>The extension of its files of weights.</summary>
    public string Extension => Path.GetExtension(head.StartWeights ?? FindFile(folder, StartName));

    /// <summary>Whether a folder is being recorded into, or was when its run died.</summary>
    public static bool IsUnfinished(string folder) =>
        File.Exists(Path.Combine(folder, UnfinishedFile)) && !File.Exists(Path.Combine(folder, CaseHead.FileName));

    /// <summary>The batch of an iteration and rank.</summary>
    public static string BatchFile(int iteration, int rank) =>
        string.Create(CultureInfo.InvariantCulture, $"batch{iteration:D5}_rank{rank:D2}.npz");

    /// <summary>
    /// Whether case.json of a folder is of a format. It is not where it cannot be read: whoever reads it next says what is wrong with it.
    /// </summary>
    public static bool IsAt(string folder, string format)
    {
        var path = Path.Combine(folder, CaseHead.FileName);
        try
        {
            using var document = File.Exists(path) ? JsonDocument.Parse(InputFile.ReadText(path)) : null;
            return document?.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("format", out var found)
                && found.ValueKind == JsonValueKind.String
                && found.GetString() == format;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The file of a part, whatever its extension.</summary>
    /// <exception cref="AlignException">There is none.</exception>
    public static string FindFile(string folder, string name) =>
        TryFindFile(folder, name) ?? throw new AlignException($"{TensorFormat.WeightsPattern(Path.Combine(folder, name))}: not found");

    /// <summary>
    /// The file of a part, whatever its extension, or null. The reference's own program writes weights into a folder below that of its
    /// batches: PPYOLO_outputs/EXPERIMENT.
    /// </summary>
    /// <exception cref="AlignException">There are several such folders with this part.</exception>
    public static string? TryFindFile(string folder, string name)
    {
        if (TensorFormat.FindWeights(Path.Combine(folder, name)) is { } file)
        {
            return file;
        }

        var outputs = Path.Combine(folder, OutputsName);
        var found = Directory.Exists(outputs)
            ? Directory
                .EnumerateDirectories(outputs)
                .Order(StringComparer.Ordinal)
                .Select(experiment => TensorFormat.FindWeights(Path.Combine(experiment, name)))
                .OfType<string>()
                .ToList()
            : [];
        return found.Count <= 1
            ? found.FirstOrDefault()
            : throw new AlignException(
                $"{outputs}: expected one experiment with {name}.*, found {string.Join(" and ", found)}; keep the one that is meant"
            );
    }

    /// <summary>Refuses a record that lacks a batch.</summary>
    /// <exception cref="AlignException">It does.</exception>
    public void RequireBatches() => RequireEach(BatchFile);

    /// <summary>
    /// Refuses a record that lacks what it declares. One of version 1 declares nothing but its length and ranks: what there is of an
    /// iteration must be there of all.
    /// </summary>
    /// <exception cref="AlignException">It does.</exception>
    public void RequireDeclared()
    {
        if (head.Recorded?.Batches ?? File.Exists(Path.Combine(folder, BatchFile(0, 0))))
        {
            RequireBatches();
        }

        foreach (var name in head.Recorded?.Weights ?? [])
        {
            if (TryFindFile(folder, name) is null)
            {
                throw new AlignException(
                    $"{TensorFormat.WeightsPattern(Path.Combine(folder, name))}: not found, and {CaseHead.FileName} declares it; "
                        + $"record the run again"
                );
            }
        }

        if (head.Recorded?.Trace.Count > 0 || (head.Recorded is null && TraceFile.ExistsIn(folder)))
        {
            RequireEach(TraceFile.FileName, head.Recorded?.Iterations);
        }

        var losses = head.Recorded?.Losses == true ? ReadLosses() : LossLog.TryRead(folder);
        if (losses is not null && losses.Iterations.Count != head.Iterations)
        {
            throw new AlignException(
                $"{Path.Combine(folder, LossesFile)}: expected {head.Iterations} iterations, as {CaseHead.FileName} declares, found "
                    + $"{losses.Iterations.Count}; record the run again"
            );
        }
    }

    /// <summary>Reads the start weights and checks that they are the recorded ones.</summary>
    /// <exception cref="AlignException">They are missing, or have changed since.</exception>
    public NamedTensors ReadStart()
    {
        var path = head.StartWeights is { } start ? Path.Combine(folder, start) : FindFile(folder, StartName);
        var tensors = TensorFile.Read(path);
        var digest = TensorDigest.Of(tensors);
        if (head.StartWeightsSha256 is not null && digest != head.StartWeightsSha256)
        {
            throw new AlignException(
                $"{path}: expected start weights of SHA-256 {head.StartWeightsSha256}, found {digest}; the file is not the one that was "
                    + $"recorded"
            );
        }

        return tensors;
    }

    /// <summary>Reads the losses.</summary>
    /// <exception cref="AlignException">They are missing or malformed.</exception>
    public LossLog ReadLosses() =>
        LossLog.TryRead(folder) ?? throw new AlignException($"{Path.Combine(folder, LossesFile)}: not found; record the run again");

    /// <summary>Reads a part.</summary>
    /// <exception cref="AlignException">It is missing or unreadable.</exception>
    public NamedTensors Read(string name) => TensorFile.Read(FindFile(folder, name));

    private void RequireEach(Func<int, int, string> file, IReadOnlyList<int>? iterations = null)
    {
        foreach (var iteration in iterations ?? [.. Enumerable.Range(0, head.Iterations)])
        {
            for (var rank = 0; rank < head.Ranks; rank++)
            {
                var path = Path.Combine(folder, file(iteration, rank));
                if (!File.Exists(path))
                {
                    throw new AlignException(
                        $"{path}: not found, and {CaseHead.FileName} declares {head.Iterations} iterations"
                            + $"{(iterations is null ? "" : $", {iterations.Count} of them traced,")} on {head.Ranks} "
                            + $"rank{(head.Ranks == 1 ? "" : "s")}; the record is incomplete: record it again"
                    );
                }
            }
        }
    }
}
