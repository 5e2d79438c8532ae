using System.Runtime.InteropServices;

namespace PPYolo.Tests.Unit;

/// <summary>Makes what is no regular file. Tests of devices use nodes of their own, since a mistake would replace the machine's.</summary>
internal static partial class SpecialFile
{
    private const int ReadAndWrite = 0x1B6;
    private const int CharacterDevice = 0x2000;
    private const int SocketKind = 0xC000;

    /// <summary>Makes a pipe with a name.</summary>
    public static string Pipe(string path) => MakePipe(path, ReadAndWrite) == 0 ? path : throw new IOException($"{path}: no pipe was made");

    /// <summary>Makes a socket that nobody listens at.</summary>
    public static string Socket(string path) =>
        MakeNode(path, SocketKind | ReadAndWrite, 0) == 0 ? path : throw new IOException($"{path}: no socket was made");

    /// <summary>
    /// Makes a device like /dev/null (minor number 3), /dev/zero (5) or /dev/full (7); skips the test where only root may.
    /// </summary>
    public static string Device(string path, int minor)
    {
        Skip.If(MakeNode(path, CharacterDevice | ReadAndWrite, (ulong)((1 << 8) | minor)) != 0, "only root makes devices");
        return path;
    }

    /// <summary>Cuts a file short in place, as other programs may: the framework respects those who have it open.</summary>
    public static void CutShort(string path, long length)
    {
        if (Truncate(path, length) != 0)
        {
            throw new IOException($"{path}: was not cut short");
        }
    }

    [LibraryImport("libc", EntryPoint = "truncate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Truncate(string path, long length);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, int mode);

    [LibraryImport("libc", EntryPoint = "mknod", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, int mode, ulong device);
}
