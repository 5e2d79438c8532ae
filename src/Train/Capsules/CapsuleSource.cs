using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Train.Records;

namespace PPYolo.Train.Capsules;

/// <summary>A state of a run that a capsule can be trained again from.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Iteration">The iteration that follows it.</param>
/// <param name="File">Its file; null where the weights are given.</param>
/// <param name="Weights">The weights that the run began with, where there is no file.</param>
internal sealed record CapsuleSource(CapsuleOriginKind Kind, int Iteration, string? File, NamedTensors? Weights = null)
{
    private const string Name = "checkpoint.pth";

    /// <summary>Puts it into a capsule: another name of the same file where the file system has such, else a copy.</summary>
    public CapsuleOrigin AddTo(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (File is not null)
        {
            SharedFile.Add(File, path);
        }
        else
        {
            Checkpoint.WriteWeights(path, Weights!);
        }

        return new(Name, Kind, Iteration, Sha256(path));
    }

    /// <summary>SHA-256 of a file.</summary>
    public static string Sha256(string path)
    {
        using var stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
    }
}
