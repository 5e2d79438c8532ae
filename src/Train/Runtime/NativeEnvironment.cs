using System.Runtime.InteropServices;

namespace PPYolo.Train.Runtime;

/// <summary>
/// Settings of native code that must be made before it is used: environment variables that it reads when it is loaded, and how malloc gets
/// memory. Call <see cref="Prepare"/> before the first torch call of a process. A variable that the user has set is left alone.
/// </summary>
public static partial class NativeEnvironment
{
    private static readonly (string Name, string Value)[] Settings =
    [
        // Transparent huge pages for tensors: most of a training step's time on a CPU otherwise goes into page faults.
        ("THP_MEM_ALLOC_ENABLE", "1"),
        // Waiting OpenMP threads sleep instead of spinning, so that other work on the machine does not multiply the step's time.
        ("OMP_WAIT_POLICY", "PASSIVE"),
    ];

    // mallopt(3).
    private const int TrimThreshold = -1,
        MmapThreshold = -3,
        ArenaMax = -8;

    /// <summary>Sets what is not set yet. .NET's own SetEnvironmentVariable would not reach native code.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var (name, value) in Settings)
        {
            Set(name, value);
        }

        KeepMemory();
    }

    /// <summary>Sets a variable for native code where it is not set yet.</summary>
    internal static void Set(string name, string value)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetEnvironment(name, value, overwrite: 0);
        }
    }

    /// <summary>
    /// Has malloc keep what tensors give back. By default each large tensor is mapped anew and unmapped at its end, and the kernel zeroes
    /// its pages every time: a fifth of a step. One arena, because others cannot hold tensors of more than 64 MB.
    /// </summary>
    private static void KeepMemory()
    {
        if (Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("MALLOC_", StringComparison.Ordinal)))
        {
            return;
        }

        try
        {
            _ = SetAllocation(MmapThreshold, int.MaxValue);
            _ = SetAllocation(TrimThreshold, int.MaxValue);
            _ = SetAllocation(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc: it is as quick as it is.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocation(int parameter, int value);
}
