using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>Batches that some run recorded: batch00000_rank00.npz and so on, one file for each iteration and rank.</summary>
/// <param name="folder">The record folder.</param>
/// <param name="rank">Whose batches to replay.</param>
public sealed class RecordedBatches(string folder, int rank = 0) : IBatchSource
{
    /// <summary>The prefix of recorded losses.</summary>
    public const string LossPrefix = "loss_";

    /// <summary>The file of an iteration and rank.</summary>
    public static string FileName(int iteration, int rank) => RecordFolder.BatchFile(iteration, rank);

    /// <summary>Whether a folder has recorded batches.</summary>
    public static bool ExistIn(string folder) => File.Exists(Path.Combine(folder, FileName(0, 0)));

    /// <summary>Whether they are a detector's, with images, boxes and targets; other trainers record what they are fed.</summary>
    /// <exception cref="AlignException">The first one cannot be read.</exception>
    public static bool AreDetections(string folder)
    {
        using var tensors = new RecordedBatches(folder).Open(0, out _);
        return tensors.Contains("image") && tensors.Contains("gt_bbox") && tensors.Contains("target0");
    }

    /// <inheritdoc />
    public Batch At(int iteration) => new(Copies(iteration, (name, _) => !IsLoss(name), out var path), path);

    /// <summary>
    /// What any trainer was fed, by name: all tensors of a batch file but losses, which are numbers without dimensions.
    /// </summary>
    /// <exception cref="AlignException">The file is missing or cannot be read.</exception>
    public NamedTensors Fed(int iteration) => Copies(iteration, (name, tensor) => !IsLoss(name) && tensor.Shape.Length > 0, out _);

    /// <summary>The losses that were recorded with a batch, by name; empty where none were.</summary>
    public IReadOnlyDictionary<string, float> Losses(int iteration)
    {
        using var tensors = Open(iteration, out var path);
        return tensors.Where(pair => IsLoss(pair.Key)).ToDictionary(pair => pair.Key, pair => Value(pair.Key, pair.Value, path));
    }

    private static bool IsLoss(string name) => name.StartsWith(LossPrefix, StringComparison.Ordinal);

    private NamedTensors Copies(int iteration, Func<string, TensorData, bool> wanted, out string path)
    {
        using var tensors = Open(iteration, out path);
        var copies = new NamedTensors();
        foreach (var (name, tensor) in tensors.Where(pair => wanted(pair.Key, pair.Value)))
        {
            copies.Add(name, new TensorData(tensor.Type, tensor.Shape.AsSpan(), tensor.Bytes.ToArray()));
        }

        return copies;
    }

    // Other programs write arrays of one element, or float64.
    private static float Value(string name, TensorData tensor, string path) =>
        tensor switch
        {
            { Count: 1, Type: ElementType.Float32 } => tensor.As<float>()[0],
            { Count: 1, Type: ElementType.Float64 } => (float)tensor.As<double>()[0],
            _ => throw new AlignException($"{path}: expected one number as '{name}', found {tensor}"),
        };

    private NamedTensors Open(int iteration, out string path)
    {
        path = Path.Combine(folder, FileName(iteration, rank));
        return File.Exists(path)
            ? Npz.Read(path)
            : throw new AlignException($"{path}: not found; the record has no batch {iteration} of rank {rank}");
    }
}
