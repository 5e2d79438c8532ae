using System.Runtime.InteropServices;

namespace PPYolo.Train.Runtime;

/// <summary>
/// Settings of native code that must be made before it is used: environment variables that it reads when it is loaded, and how malloc gets memory. Call <see cref="Prepare"/> before the first torch call of a process. A variable that
/// the user has set is left alone.
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

    /// <summary>Sets what is not set yet. .NET's own SetEnvironmentVariable would not reach native code.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (var (name, value) in Settings)
        {
            _ = SetEnvironment(name, value, overwrite: 0);
        }

        NativeMemory.Keep();
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
