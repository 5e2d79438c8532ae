using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PPYolo.Align.Files;

/// <summary>Opens what another process holds for itself alone: the framework would ask for a lock that it does not get.</summary>
internal static partial class Held
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FileNotFoundException">It is not there, or may not be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        var descriptor = OpenFile(path, ReadOnlyCloseOnExec);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw new FileNotFoundException($"{path} cannot be opened");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);
}
