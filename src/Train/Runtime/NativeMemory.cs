using System.Runtime.InteropServices;

namespace PPYolo.Train.Runtime;

/// <summary>How malloc gets memory for tensors and gives it back, on Linux with glibc; elsewhere nothing is changed. Left alone where the user has set a MALLOC_ variable.</summary>
internal static partial class NativeMemory
{
    // Kept memory costs nothing to use again, given back it costs zeroing: a tenth of the step of a small network, a hundredth of that of a large one, whose free memory is half of what it holds.
    private const long KeptBytes = 1L << 30;

    // mallopt(3).
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;

    private static bool managed;

    /// <summary>
    /// Has malloc keep what tensors give back. By default each large tensor is mapped anew and unmapped at its end, and the kernel zeroes its pages every time:
    /// a fifth of a step. One arena, because others cannot hold tensors of more than 64 MB.
    /// </summary>
    public static void Keep()
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
            managed = true;
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc: it is as quick as it is.
        }
    }

    /// <summary>Gives free memory back to the system if the process holds much. Called where an iteration has just freed a lot; tensors that are in use are not touched.</summary>
    public static void GiveBack()
    {
        if (managed && Environment.WorkingSet > KeptBytes)
        {
            _ = Trim(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocation(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nint pad);
}
