using System.Globalization;

namespace PPYolo.Peers.Measuring;

/// <summary>This process's memory as Linux counts it, in kilobytes.</summary>
internal static class ProcessMemory
{
    public static long Resident() => Status("VmRSS:");

    public static long Peak() => Status("VmHWM:");

    /// <summary>Lets the peak begin again at what is resident now.</summary>
    public static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long Status(string key) =>
        long.Parse(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..^2],
            NumberStyles.Integer,
            CultureInfo.InvariantCulture
        );
}
