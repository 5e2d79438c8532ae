using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Train.Epochs;

/// <summary>checkpoints.json of a run's folder: which checkpoint is the last, which the best, and what evaluations found.</summary>
public sealed record CheckpointIndex
{
    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string FormatName = "ppyolo-checkpoints";

    /// <summary>Always "ppyolo-checkpoints".</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version of the layout: 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The last checkpoint's file name, in the same folder.</summary>
    public required string Latest { get; init; }

    /// <summary>The file name of the checkpoint with the best score, or null before the first evaluation.</summary>
    public string? Best { get; init; }

    /// <summary>What evaluations found, in order.</summary>
    public IReadOnlyList<EpochScore> Scores { get; init; } = [];

    internal static CheckpointIndex Read(string path)
    {
        var index = StrictJson.Parse<CheckpointIndex>(InputFile.ReadText(path), path);
        return index is { Format: FormatName, Version: 1 }
            ? index
            : throw new AlignException($"{path}: expected format {FormatName}, version 1; found {index.Format}, version {index.Version}");
    }
}
