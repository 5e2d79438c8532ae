using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Align.Records;

/// <summary>losses.json of a record folder.</summary>
/// <param name="Version">The version of the layout: 1.</param>
/// <param name="Iterations">Each iteration, in order.</param>
public sealed record LossLog(int Version, IReadOnlyList<LossLogEntry> Iterations)
{
    /// <summary>The version that is written and read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Reads that of a folder, or null where there is none.</summary>
    /// <exception cref="AlignException">It is malformed, of another version, or has not every iteration once and in order.</exception>
    public static LossLog? TryRead(string folder)
    {
        var path = Path.Combine(folder, RecordFolder.LossesFile);
        if (!File.Exists(path))
        {
            return null;
        }

        var log = StrictJson.Parse<LossLog>(InputFile.ReadText(path), path);
        if (log.Version != CurrentVersion)
        {
            throw new AlignException($"{path}: expected version {CurrentVersion}, found {log.Version}; it is of another program");
        }

        if (log.Iterations.Count == 0)
        {
            throw new AlignException(
                $"{path}: expected the losses of each iteration, found none; record the run again, or remove the file"
            );
        }

        for (var i = 0; i < log.Iterations.Count; i++)
        {
            if (log.Iterations[i].Iteration != i)
            {
                throw new AlignException(
                    $"{path}: expected iterations 0, 1 and so on, each once, found {log.Iterations[i].Iteration} in the place of {i}; "
                        + $"record the run again, or remove the file"
                );
            }
        }

        return log;
    }
}
