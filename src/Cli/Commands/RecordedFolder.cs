using PPYolo.Align.Locks;
using PPYolo.Cli.Output;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Cli.Commands;

/// <summary>Keeps the folder of a record for one writer, and says what is safe when a signal ends the program.</summary>
internal static class RecordedFolder
{
    /// <summary>Takes a folder that is recorded into; null where none is, or another process of the launch takes it.</summary>
    public static FolderLock? Of(string? folder) =>
        Take(folder, $"{folder} holds what was recorded until then, and is no record: remove it");

    /// <summary>Takes the folder of a record that is replayed.</summary>
    public static FolderLock? OfReplay(string folder) => Take(folder, $"the record {folder} is as it was; replay it again");

    private static FolderLock? Take(string? folder, string safe)
    {
        if (folder is null || MpiLaunch.Current is not (null or { Rank: 0 }))
        {
            return null;
        }

        var taken = FolderLock.Take(folder);
        Signals.Safe = () => safe;
        return taken;
    }
}
