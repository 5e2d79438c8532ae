using PPYolo.Align.Json;

namespace PPYolo.Align.Records;

/// <summary>losses.json of a record folder.</summary>
/// <param name="Version">The version of the layout: 1.</param>
/// <param name="Iterations">Each iteration, in order.</param>
public sealed record LossLog(int Version, IReadOnlyList<LossLogEntry> Iterations)
{
    /// <summary>Reads that of a folder, or null where there is none.</summary>
    /// <exception cref="AlignException">It is malformed.</exception>
    public static LossLog? TryRead(string folder)
    {
        var path = Path.Combine(folder, RecordFolder.LossesFile);
        return File.Exists(path) ? StrictJson.Parse<LossLog>(File.ReadAllText(path), path) : null;
    }
}
