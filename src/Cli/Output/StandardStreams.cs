using System.Runtime.InteropServices;

namespace PPYolo.Cli.Output;

/// <summary>
/// Looks at what the caller left of output and error output. Where one was closed, its number went to the first file that the runtime
/// opened for itself, and what is said must not go there.
/// </summary>
internal static partial class StandardStreams
{
    private const string Folder = "/proc/self/fd";
    private const int GetFlags = 3;
    private const int AccessMode = 3;
    private const int ReadOnly = 0;

    private const int FileLimit = 7;

    // Assemblies and native libraries stay open; a training has about a hundred files.
    private const ulong FilesNeeded = 256;

    /// <summary>Makes closed streams take what is said without a word.</summary>
    public static void Prepare()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        if (IsGone(1))
        {
            Console.SetOut(TextWriter.Null);
        }

        if (IsGone(2))
        {
            Console.SetError(TextWriter.Null);
        }

        // The console opens files of its own, and cannot do so when there are none left.
        Console.Out.Write("");
        Console.Out.Flush();
    }

    /// <summary>What is wrong with the number of files that may be open, or null.</summary>
    public static unsafe string? TooFewFiles()
    {
        var limits = stackalloc ulong[2];
        return OperatingSystem.IsLinux() && Limit(FileLimit, limits) == 0 && limits[0] < FilesNeeded
            ? $"this shell lets a program open {limits[0]} files, and {FilesNeeded} are needed; raise it with: ulimit -n 1024"
            : null;
    }

    private static bool IsGone(int number)
    {
        var flags = Control(number, GetFlags);
        return flags < 0 || (flags & AccessMode) == ReadOnly || IsOwnPipe(number);
    }

    /// <summary>Whether the other end of a pipe is this process's own.</summary>
    private static bool IsOwnPipe(int number)
    {
        var target = new FileInfo($"{Folder}/{number}").LinkTarget;
        return target?.StartsWith("pipe:", StringComparison.Ordinal) == true
            && new DirectoryInfo(Folder)
                .EnumerateFileSystemInfos()
                .Any(other =>
                    other.LinkTarget == target
                    && int.TryParse(other.Name, out var another)
                    && another > 2
                    && (Control(another, GetFlags) & AccessMode) == ReadOnly
                );
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static unsafe partial int Limit(int resource, ulong* limits);
}
