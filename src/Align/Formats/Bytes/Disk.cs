using System.Runtime.InteropServices;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// Has the disk hold what was written, which otherwise is in memory for some while: a power cut in that time can leave an empty file under
/// a name that was just given.
/// </summary>
internal partial class Disk
{
    private const int ReadOnly = 0;

    /// <summary>This machine's.</summary>
    public static Disk Local { get; } = new();

    /// <summary>Returns when the content of a file is on the disk.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public virtual void Flush(FileStream file) => file.Flush(flushToDisk: true);

    /// <summary>Returns when the names in a folder are on the disk. Windows' file systems keep them without being asked.</summary>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    public virtual void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no folders.
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"the folder cannot be opened ({Marshal.GetLastPInvokeErrorMessage()})");
        }

        // Some file systems, such as those of a network, cannot flush a folder and say so: there it is theirs to keep names.
        _ = Synchronize(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
