using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Align.Records;

/// <summary>
/// capsule.json beside the case.json of a <see cref="RecordFolder"/>: the record is of some iterations in the middle of a run, and is
/// trained again from a checkpoint before them. Iteration 0 of the record is <see cref="FirstIteration"/> of the run.
/// </summary>
public sealed record CapsuleFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "capsule.json";

    private const string FormatName = "ppyolo-capsule";
    private const int LatestVersion = 2;

    /// <summary>Always "ppyolo-capsule".</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version of the layout: 2; 1 had no objects.</summary>
    public int Version { get; init; } = LatestVersion;

    /// <summary>Why it was written.</summary>
    public required CapsuleReason Reason { get; init; }

    /// <summary>The same in a sentence, with what was found.</summary>
    public required string Found { get; init; }

    /// <summary>The first iteration, counted from the beginning of the run.</summary>
    public required int FirstIteration { get; init; }

    /// <summary>The last iteration, which is the moment.</summary>
    public required int LastIteration { get; init; }

    /// <summary>Whether the last iteration ended before its backward pass, because a loss was not finite.</summary>
    public bool BrokeOff { get; init; }

    /// <summary>The state that it is trained again from.</summary>
    public required CapsuleOrigin Origin { get; init; }

    /// <summary>When something counts as a jump, in a sentence.</summary>
    public required string Threshold { get; init; }

    /// <summary>Where random numbers come from: there is no state beside the seed and the iteration.</summary>
    public required string RandomState { get; init; }

    /// <summary>Each iteration, in order.</summary>
    public required IReadOnlyList<CapsuleIteration> Iterations { get; init; }

    /// <summary>The settings of the run, as its trainer keeps them.</summary>
    [JsonPropertyOrder(1)]
    public required JsonObject Run { get; init; }

    /// <summary>Whether a folder is a capsule.</summary>
    public static bool ExistsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads that of a folder.</summary>
    /// <exception cref="AlignException">It is missing, malformed, or of another version.</exception>
    public static CapsuleFile Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var file = StrictJson.Parse<CapsuleFile>(InputFile.ReadText(path), path);
        if (file.Format != FormatName || file.Version is < 1 or > LatestVersion)
        {
            throw new AlignException(
                $"{path}: expected format {FormatName}, version 1 to {LatestVersion}; found {file.Format}, version {file.Version}"
                    + (file.Version > LatestVersion ? "; a later version needs a later program" : "")
            );
        }

        if (
            file.FirstIteration < 0
            || file.Iterations.Count == 0
            || file.Iterations.Count != (long)file.LastIteration - file.FirstIteration + 1
            || file.Iterations.Where((one, i) => one.Iteration != file.FirstIteration + i).Any()
        )
        {
            throw new AlignException(
                $"{path}: expected iterations {file.FirstIteration} to {file.LastIteration}, each once and in order, found "
                    + $"{string.Join(", ", file.Iterations.Take(3).Select(one => one.Iteration))}"
                    + $"{(file.Iterations.Count > 3 ? " ..." : "")}; the file is damaged: take another capsule"
            );
        }

        return file;
    }

    /// <summary>Reads that of a folder, or null where there is none.</summary>
    /// <exception cref="AlignException">It is malformed, or of another version.</exception>
    public static CapsuleFile? TryRead(string folder) => ExistsIn(folder) ? Read(folder) : null;

    /// <summary>Writes it.</summary>
    public void Write(string folder) => AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(this));
}
