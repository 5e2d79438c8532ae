using System.Globalization;

namespace PPYolo.Harness.Measures;

/// <summary>Figures of a run that are reported beside its verdict.</summary>
internal static class RunMeasurements
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(
        IReadOnlyList<double> secondsPerIteration,
        IReadOnlyList<long>? memory = null
    ) =>
        [
            new(
                "seconds per iteration",
                $"{Text(secondsPerIteration.Min())} least, {Text(secondsPerIteration.Order().ElementAt(secondsPerIteration.Count / 2))} "
                    + $"median"
            ),
            new("peak memory", $"{PeakMegabytes().ToString(CultureInfo.InvariantCulture)} MB"),
            .. memory is { Count: > SettledAfter }
                ?
                [
                    new KeyValuePair<string, string>(
                        "memory after iteration",
                        $"{SettledAfter}: {Megabytes(memory[SettledAfter])} MB, {memory.Count - 1}: {Megabytes(memory[^1])} MB"
                    ),
                ]
                : Array.Empty<KeyValuePair<string, string>>(),
            new("threads", TorchSharp.torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
        ];

    /// <summary>By then every buffer that is kept between iterations is there.</summary>
    private const int SettledAfter = 3;

    /// <summary>Bytes of this process in memory now.</summary>
    public static long CurrentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static string Megabytes(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);

    private static string Text(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static long PeakMegabytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1 << 20);
    }
}
