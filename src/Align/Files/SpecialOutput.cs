using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PPYolo.Align.Files;

/// <summary>
/// Outputs that are written into and never replaced: devices, pipes, and what the caller opened for this program, such as /dev/stdout and
/// the /dev/fd/63 of a shell's &gt;(command).
/// </summary>
internal static partial class SpecialOutput
{
    private const int WriteOnly = 1;
    private const int NotBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SetFlags = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether a path is one.</summary>
    /// <exception cref="AlignException">It is what nothing can be written into.</exception>
    public static bool Is(string path)
    {
        if (Descriptors.Of(path) is not null)
        {
            return true;
        }

        var kind = FileKinds.Of(path);
        return kind is FileKind.Folder or FileKind.Socket or FileKind.BlockDevice
            ? throw new AlignException($"{path}: expected the name of a file to write, found {kind.Words()}; choose another name")
            : kind is FileKind.Pipe or FileKind.CharacterDevice;
    }

    /// <summary>Opens one for writing.</summary>
    /// <exception cref="AlignException">Nobody reads from the pipe.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static Stream Open(string path)
    {
        if (Descriptors.Of(path) is { } number)
        {
            // Of a file behind them the console goes on writing where this ends.
            Console.Out.Flush();
            return number switch
            {
                1 => Console.OpenStandardOutput(),
                2 => Console.OpenStandardError(),
                _ => new FileStream(new SafeFileHandle(number, ownsHandle: false), FileAccess.Write, 0),
            };
        }

        if (FileKinds.Of(path) != FileKind.Pipe)
        {
            return new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        }

        // Opening a pipe for writing waits for its reader, for ever where there is none.
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            var descriptor = OpenFile(path, WriteOnly | NotBlocking | CloseOnExec);
            if (descriptor >= 0)
            {
                _ = Control(descriptor, SetFlags, WriteOnly);
                return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, 0);
            }

            Thread.Sleep(Pause);
        }

        throw new AlignException($"{path}: cannot be written, nobody reads from this pipe; start its reader first");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
