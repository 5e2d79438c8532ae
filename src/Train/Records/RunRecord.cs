using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Records;

/// <summary>
/// A recorded run on disk: case.json, 000.* (start weights), batch00000_rank00.npz ... (each rank's batches with their losses),
/// losses.json, 1__.* (end weights, the moving average), 1__raw.* (end weights as trained) and 1__momentum.* (the optimizer's buffers).
/// </summary>
public sealed class RunRecord
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

    /// <summary>The losses.</summary>
    public const string LossesFile = "losses.json";

    private static readonly string[] Extensions = [".pth", ".safetensors", ".npz"];

    private RunRecord(string folder, RecordCase file)
    {
        Folder = folder;
        Case = file;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What was run.</summary>
    public RecordCase Case { get; }

    /// <summary>Whether a folder holds a record, rather than a case of the reference or nothing.</summary>
    public static bool IsAt(string folder)
    {
        var path = Path.Combine(folder, "case.json");
        try
        {
            using var document = File.Exists(path) ? System.Text.Json.JsonDocument.Parse(File.ReadAllText(path)) : null;
            return document?.RootElement is { ValueKind: System.Text.Json.JsonValueKind.Object } root
                && root.TryGetProperty("format", out var format)
                && format.ValueKind == System.Text.Json.JsonValueKind.String
                && format.GetString() == RecordCase.FormatName;
        }
        catch (System.Text.Json.JsonException)
        {
            // Whoever reads it next says what is wrong with it.
            return false;
        }
    }

    /// <summary>Opens a record folder.</summary>
    /// <exception cref="AlignException">It is none, or incomplete.</exception>
    public static RunRecord Open(string folder)
    {
        var path = Path.Combine(folder, "case.json");
        if (!File.Exists(path))
        {
            throw new AlignException($"{path}: not found; a record folder is made by: ppyolo train --record {folder}");
        }

        var file = StrictJson.Parse<RecordCase>(File.ReadAllText(path), path);
        if (file.Format != RecordCase.FormatName || file.Version != 1)
        {
            throw new AlignException(
                $"{path}: expected format {RecordCase.FormatName}, version 1; found {file.Format}, version {file.Version}"
            );
        }

        file.ToOptions().Validate(path);
        for (var rank = 0; rank < file.Ranks; rank++)
        {
            var last = Path.Combine(folder, RecordedBatches.FileName(file.Iterations - 1, rank));
            if (!File.Exists(last))
            {
                throw new AlignException($"{last}: not found; the record is incomplete: record it again");
            }
        }

        return new(folder, file);
    }

    /// <summary>The file of a part, whatever its extension.</summary>
    /// <exception cref="AlignException">There is none.</exception>
    public static string FindFile(string folder, string name) =>
        TryFindFile(folder, name) ?? throw new AlignException($"{Path.Combine(folder, name)}{string.Join('|', Extensions)}: not found");

    /// <summary>The file of a part, whatever its extension, or null.</summary>
    internal static string? TryFindFile(string folder, string name) =>
        Extensions.Select(extension => Path.Combine(folder, name + extension)).FirstOrDefault(File.Exists);

    /// <summary>Reads the start weights and checks that they are the recorded ones.</summary>
    /// <exception cref="AlignException">They are missing, or have changed since.</exception>
    public NamedTensors ReadStart()
    {
        var path = Path.Combine(Folder, Case.StartWeights);
        var tensors = TensorFile.Read(path);
        var digest = TensorDigest.Of(tensors);
        if (digest != Case.StartWeightsSha256)
        {
            throw new AlignException(
                $"{path}: expected start weights of SHA-256 {Case.StartWeightsSha256}, found {digest}; the file is not the one that was "
                    + $"recorded"
            );
        }

        return tensors;
    }

    /// <summary>Reads the losses.</summary>
    public LossLog ReadLosses()
    {
        var path = Path.Combine(Folder, LossesFile);
        return File.Exists(path)
            ? StrictJson.Parse<LossLog>(File.ReadAllText(path), path)
            : throw new AlignException($"{path}: not found; record the run again");
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

    /// <summary>Reads a part.</summary>
    public NamedTensors Read(string name) => TensorFile.Read(FindFile(Folder, name));
}
