using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Train.Options;

namespace PPYolo.Train.Epochs;

/// <summary>run.json of a run's folder: everything that decides its numbers, so that it can be resumed by its folder alone.</summary>
public sealed record RunSettings
{
    /// <summary>The file's name.</summary>
    public const string FileName = "run.json";

    private const string FormatName = "ppyolo-run";
    private const int LatestVersion = 2;

    /// <summary>Always "ppyolo-run".</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version of the layout: 2, which has the dataset's fingerprint.</summary>
    public int Version { get; init; } = LatestVersion;

    /// <summary>Every option; with a dataset the iterations of an epoch are the dataset's.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>generator:SEED, a dataset's folder, or its annotation file.</summary>
    public required string Data { get; init; }

    /// <summary>What tells the dataset from itself after a change; null where batches are generated, and in files of version 1.</summary>
    public DatasetFingerprint? DataFingerprint { get; init; }

    /// <summary>The image folder where it was named.</summary>
    public string? Images { get; init; }

    /// <summary>How the datasets are read where their files leave it open; null, and not in the file, for as usual.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatasetReading? Reading { get; init; }

    /// <summary>The dataset that is evaluated on, where it was named; else the part "val" of <see cref="Data"/>, if it has one.</summary>
    public string? EvalData { get; init; }

    /// <summary>
    /// What tells the dataset that is evaluated on from itself after a change; null, and not in the file, where there is none, and in older
    /// files.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatasetFingerprint? EvalFingerprint { get; init; }

    /// <summary>The seed of all that is random in data and network.</summary>
    public required string Seed { get; init; }

    /// <summary>Whether the first bad record of the dataset stops.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether all ranks have the same image size in an iteration.</summary>
    public bool SameSizeAcrossRanks { get; init; }

    /// <summary>The start weights: generator:SEED[:calm] or a file.</summary>
    public required string Init { get; init; }

    /// <summary>The checkpoint that was finetuned, or null.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The checkpoint of the reference that was gone on from, or null.</summary>
    public string? Continued { get; init; }

    /// <summary>How many ranks train.</summary>
    public required int Ranks { get; init; }

    /// <summary>Threads of libtorch over all ranks.</summary>
    public required int Threads { get; init; }

    /// <summary>What a reader of the file should be told. It is not in the file.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads a folder's settings.</summary>
    /// <exception cref="AlignException">There are none, or they are malformed.</exception>
    public static RunSettings Read(string folder) => Read(folder, Setting.All);

    /// <summary>The same, of some settings.</summary>
    internal static RunSettings Read(string folder, IEnumerable<Setting> known)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new AlignException(
                $"{path}: not found; there is no run to resume in {folder}: begin one with ppyolo train --config NAME --data DIR "
                    + $"--epochs N --out {folder}"
            );
        }

        return Parse(InputFile.ReadText(path), path, known);
    }

    /// <summary>Reads settings that are kept elsewhere, as those of a capsule are.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="path">Where it is from, for messages.</param>
    /// <param name="known">Every setting; null is <see cref="Setting.All"/>.</param>
    /// <exception cref="AlignException">They are malformed.</exception>
    internal static RunSettings Parse(string text, string path, IEnumerable<Setting>? known = null)
    {
        IReadOnlyList<string> notes = [];
        var settings = StrictJson.Parse<RunSettings>(
            text,
            path,
            members =>
                notes = members["options"] is JsonObject options
                    ? LaterSettings.Fill(options, path, inCase: false, known ?? Setting.All)
                    : []
        );
        if (settings.Format != FormatName || settings.Version is < 1 or > LatestVersion)
        {
            throw new AlignException(
                $"{path}: expected format {FormatName}, version 1 to {LatestVersion}; found {settings.Format}, version {settings.Version}"
                    + (settings.Version > LatestVersion ? "; a later version needs a later program" : "")
            );
        }

        settings.Options.Validate(path);
        return settings with { Version = LatestVersion, Notes = notes };
    }

    /// <summary>Whether a folder has settings.</summary>
    public static bool ExistIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Writes them.</summary>
    public void Write(string folder) => AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(this), lasting: true);
}
