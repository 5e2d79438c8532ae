using System.Globalization;
using System.Runtime.InteropServices;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Train.Tracing;

/// <summary>environment.json beside a trace, and in a record of a card: what a run's bits may depend on besides its settings.</summary>
internal static class TraceEnvironment
{
    private const string FileName = "environment.json";

    /// <summary>Writes surroundings that were looked at before.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, string> facts) =>
        AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(facts));

    /// <summary>Reads what was written; empty where nothing was.</summary>
    public static IReadOnlyDictionary<string, string> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? StrictJson.Parse<Dictionary<string, string>>(InputFile.ReadText(path), path)
            : new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>The surroundings of this process.</summary>
    /// <param name="card">How it computes on a card; null is the CPU, of which nothing is said.</param>
    internal static Dictionary<string, string> Here(CardSettings? card) =>
        new(card?.Facts ?? [], StringComparer.Ordinal)
        {
            ["program"] = $"ppyolo {typeof(TraceEnvironment).Assembly.GetName().Version?.ToString(3)}",
            ["torch"] = $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}",
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["processor"] =
                $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)} cores, "
                + $"vectors of {System.Numerics.Vector<byte>.Count * 8} bits",
            ["threads"] = torch.get_num_threads().ToString(CultureInfo.InvariantCulture),
        };
}
