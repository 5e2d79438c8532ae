using System.Runtime.InteropServices;

namespace PPYolo.Align.Files;

/// <summary>Finds out what a path leads to before it is opened: opening a pipe waits for whoever is at its other end.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;

    // The kernel's struct statx, which is the same on every architecture.
    private const int StatBytes = 256;
    private const int ModeAt = 28;
    private const int KindBits = 0xF000;

    /// <summary>The kind; where the system does not tell pipes and devices, they count as files.</summary>
    public static FileKind Of(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            return FileKind.None;
        }

        if (OperatingSystem.IsLinux())
        {
            var stat = stackalloc byte[StatBytes];
            try
            {
                return StatX(CurrentFolder, path, 0, TypeOnly, stat) == 0 ? OfMode(*(ushort*)(stat + ModeAt)) : FileKind.None;
            }
            catch (EntryPointNotFoundException)
            {
                // A C library older than the call.
            }
        }

        return Directory.Exists(path) ? FileKind.Folder
            : File.Exists(path) ? FileKind.Regular
            : FileKind.None;
    }

    /// <summary>The kind in words, for messages.</summary>
    public static string Words(this FileKind kind) =>
        kind switch
        {
            FileKind.Regular => "a file",
            FileKind.Folder => "a folder",
            FileKind.Pipe => "a pipe",
            FileKind.Socket => "a socket",
            FileKind.CharacterDevice => "a device of characters, such as a terminal",
            FileKind.BlockDevice => "a device of blocks, such as a disk",
            _ => "nothing",
        };

    private static FileKind OfMode(int mode) =>
        (mode & KindBits) switch
        {
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xC000 => FileKind.Socket,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            _ => FileKind.Regular,
        };

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* stat);
}
