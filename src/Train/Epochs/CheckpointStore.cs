using System.Globalization;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;

namespace PPYolo.Train.Epochs;

/// <summary>
/// The checkpoints of a run: epoch0001.pth, epoch0002.pth ... and checkpoints.json, which names the last and the best one. A checkpoint is
/// written beside its name and renamed, then named in the index, and only then are older ones removed, each when the disk holds what went
/// before: a run that is killed at any moment, or by a power cut, has a last checkpoint that is whole.
/// </summary>
/// <param name="folder">The run's folder.</param>
/// <param name="keep">How many of the last checkpoints stay; 0 is all of them. The best one stays in any case.</param>
public sealed class CheckpointStore(string folder, int keep = CheckpointStore.StandardKeep)
{
    /// <summary>How many of the last checkpoints stay unless told otherwise.</summary>
    public const int StandardKeep = 3;

    private const string IndexName = "checkpoints.json",
        Prefix = "epoch";

    private static readonly string Extension = TensorFormat.TorchWeights.Extension;

    private CheckpointIndex? index = File.Exists(Path.Combine(folder, IndexName))
        ? CheckpointIndex.Read(Path.Combine(folder, IndexName))
        : null;

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Called before anything is written; it throws where the folder is another's by then.</summary>
    public Action? BeforeWrite { get; init; }

    /// <summary>The last checkpoint, or null where there is none.</summary>
    public string? Latest => index is null ? null : Path.Combine(folder, index.Latest);

    /// <summary>The checkpoint with the best score, or null where none was evaluated.</summary>
    public string? Best => index?.Best is null ? null : Path.Combine(folder, index.Best);

    /// <summary>What evaluations found, in order.</summary>
    public IReadOnlyList<EpochScore> Scores => index?.Scores ?? [];

    /// <summary>The file of an epoch.</summary>
    public static string FileName(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{epoch:D4}{Extension}");

    /// <summary>The checkpoints that are there, up to the last one.</summary>
    internal IReadOnlyList<(int Epoch, string Path)> Files() =>
        [
            .. Directory
                .EnumerateFiles(folder, $"{Prefix}*{Extension}")
                .Select(path =>
                    (
                        Epoch: int.TryParse(
                            Path.GetFileNameWithoutExtension(path.AsSpan())[Prefix.Length..],
                            NumberStyles.None,
                            CultureInfo.InvariantCulture,
                            out var epoch
                        )
                            ? epoch
                            : -1,
                        Path: path
                    )
                )
                .Where(file => file.Epoch >= 0 && string.CompareOrdinal(FileName(file.Epoch), index?.Latest) <= 0),
        ];

    /// <summary>Writes the checkpoint of an epoch, which becomes the last one.</summary>
    /// <returns>Its path.</returns>
    public string Write(Checkpoint checkpoint)
    {
        BeforeWrite?.Invoke();
        var name = FileName(checked((int)checkpoint.StartEpoch));
        checkpoint.Write(Path.Combine(folder, name));
        WriteIndex(index is null ? new() { Latest = name } : index with { Latest = name });
        Prune();
        return Path.Combine(folder, name);
    }

    /// <summary>Notes a score of the last checkpoint.</summary>
    /// <returns>Whether it is the best so far; of equal ones the first is.</returns>
    public bool AddScore(EpochScore score)
    {
        BeforeWrite?.Invoke();
        if (index is null)
        {
            throw new InvalidOperationException("there is no checkpoint to score");
        }

        // What is undefined is not better than nothing.
        var best = score.AveragePrecision >= 0 && Scores.All(other => score.AveragePrecision > other.AveragePrecision);
        WriteIndex(index with { Scores = [.. Scores, score], Best = best ? index.Latest : index.Best });
        Prune();
        return best;
    }

    /// <summary>Removes what an interrupted run was writing when it ended.</summary>
    public void RemoveLeftovers()
    {
        // Only what a run writes: the folder may hold files of others.
        string[] patterns =
        [
            $"{Prefix}*{Extension}.*.tmp",
            $"{IndexName}.*.tmp",
            $"{RunSettings.FileName}.*.tmp",
            $"{RunReport.FileName}.*.tmp",
        ];
        foreach (var file in patterns.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).ToList())
        {
            File.Delete(file);
        }
    }

    private void WriteIndex(CheckpointIndex next)
    {
        AtomicText.Write(Path.Combine(folder, IndexName), StrictJson.Text(next), lasting: true);
        index = next;
    }

    private void Prune()
    {
        if (keep == 0)
        {
            return;
        }

        // Names have the epoch in a fixed width, so that they sort by it.
        var files = Directory
            .EnumerateFiles(folder, $"{Prefix}*{Extension}")
            .Select(path => Path.GetFileName(path))
            .OrderDescending(StringComparer.Ordinal)
            .ToList();
        foreach (
            var file in files.Where(file => string.CompareOrdinal(file, index!.Latest) <= 0).Skip(keep).Where(file => file != index!.Best)
        )
        {
            File.Delete(Path.Combine(folder, file));
        }
    }
}
