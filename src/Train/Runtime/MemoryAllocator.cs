using System.Runtime.InteropServices;
using System.Text;

namespace PPYolo.Train.Runtime;

/// <summary>
/// Has native code allocate with tcmalloc or jemalloc where the system has one of them. glibc's malloc mixes tensors with small objects in
/// one heap, which therefore gets holes: a training step at 416 pixels with it holds half as much again as it uses, and takes longer. Such
/// an allocator must be there before anything else is loaded, so that the program starts itself again, in the same process. Numbers are not
/// affected.
/// </summary>
public static partial class MemoryAllocator
{
    /// <summary>
    /// "system" keeps the C library's own; any other value is the file of the library to use, and the loader complains about one that it
    /// cannot load.
    /// </summary>
    public const string Variable = "PPYOLO_ALLOCATOR";

    private const string PreloadVariable = "LD_PRELOAD",
        System = "system";

    private static readonly string[] Libraries = ["libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libjemalloc.so.2"];

    /// <summary>
    /// Begins the program anew with the allocator, and returns only where that is not to be: on other systems than Linux, where LD_PRELOAD
    /// is set (also by a first call), where the user wants the system's, and where there is none. Call it before anything else: what the
    /// process has done is forgotten, but for its environment and its open streams.
    /// </summary>
    public static void Preload()
    {
        if (
            !OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable(PreloadVariable) is { Length: > 0 }
            || Choose(Environment.GetEnvironmentVariable(Variable), Folders(), File.Exists) is not { } library
        )
        {
            return;
        }

        byte[] arguments;
        try
        {
            arguments = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is only quicker with it.
            return;
        }

        _ = SetEnvironment(PreloadVariable, library, overwrite: 1);
        Execute(Environment.ProcessPath!, Split(arguments));
        // It did not happen: what is started from here shall not have it either.
        _ = UnsetEnvironment(PreloadVariable);
    }

    /// <summary>The file of the library to use, or null for the system's own.</summary>
    /// <param name="wish">The value of <see cref="Variable"/>.</param>
    /// <param name="folders">Where to look, the first one first.</param>
    /// <param name="exists">Whether there is a file.</param>
    internal static string? Choose(string? wish, IEnumerable<string> folders, Func<string, bool> exists) =>
        wish switch
        {
            System => null,
            { Length: > 0 } => wish,
            _ => Libraries.SelectMany(_ => folders, (library, folder) => Path.Combine(folder, library)).FirstOrDefault(exists),
        };

    /// <summary>Parts that end in a zero byte, as /proc/self/cmdline has them.</summary>
    internal static byte[][] Split(ReadOnlySpan<byte> parts)
    {
        var list = new List<byte[]>();
        while (parts.IndexOf((byte)0) is >= 0 and var length)
        {
            list.Add(parts[..(length + 1)].ToArray());
            parts = parts[(length + 1)..];
        }

        return [.. list];
    }

    // Where distributions keep libraries for this architecture; Debian's name for it comes first.
    private static IEnumerable<string> Folders()
    {
        var triplet = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x86_64-linux-gnu",
            Architecture.Arm64 => "aarch64-linux-gnu",
            _ => null,
        };
        return triplet is null ? [] : [$"/usr/lib/{triplet}", "/usr/lib64", "/usr/local/lib", "/usr/lib"];
    }

    private static unsafe void Execute(string file, byte[][] arguments)
    {
        var pins = Array.ConvertAll(arguments, argument => GCHandle.Alloc(argument, GCHandleType.Pinned));
        try
        {
            var addresses = new nint[arguments.Length + 1];
            for (var i = 0; i < arguments.Length; i++)
            {
                addresses[i] = pins[i].AddrOfPinnedObject();
            }

            fixed (byte* path = Encoding.UTF8.GetBytes(file + '\0'))
            fixed (nint* argv = addresses)
            {
                _ = ExecuteFile(path, argv);
            }
        }
        finally
        {
            foreach (var pin in pins)
            {
                pin.Free();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "execv")]
    private static unsafe partial int ExecuteFile(byte* path, nint* arguments);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironment(string name);
}
