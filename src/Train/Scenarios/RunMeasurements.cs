using System.Globalization;

namespace PPYolo.Train.Scenarios;

/// <summary>Figures of a run that are reported beside its verdict.</summary>
internal static class RunMeasurements
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(IReadOnlyList<double> secondsPerIteration) =>
    [
        new("seconds per iteration", $"{Text(secondsPerIteration.Min())} least, {Text(secondsPerIteration.Order().ElementAt(secondsPerIteration.Count / 2))} median"),
        new("peak memory", $"{PeakMegabytes().ToString(CultureInfo.InvariantCulture)} MB"),
        new("threads", TorchSharp.torch.get_num_threads().ToString(CultureInfo.InvariantCulture)),
    ];

    private static string Text(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static long PeakMegabytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1 << 20);
    }
}
