using System.Globalization;
using System.Runtime.InteropServices;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using TorchSharp;

namespace PPYolo.Align.Records;

/// <summary>environment.json in a record: what a run's bits may depend on besides its settings.</summary>
public static class RunEnvironment
{
    private const string FileName = "environment.json";

    /// <summary>Writes surroundings that were looked at before.</summary>
    /// <param name="folder">The record's folder.</param>
    /// <param name="facts">A text for each fact.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, string> facts) =>
        AtomicText.Write(Path.Combine(folder, FileName), StrictJson.Text(facts));

    /// <summary>Reads what was written; empty where nothing was.</summary>
    /// <param name="folder">The record's folder.</param>
    /// <exception cref="AlignException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, string> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? StrictJson.Parse<Dictionary<string, string>>(InputFile.ReadText(path), path)
            : new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>The surroundings of this process.</summary>
    /// <param name="program">What records, with its version.</param>
    /// <param name="device">What is known of the device; null is the CPU, of which nothing more is said.</param>
    public static Dictionary<string, string> Here(string program, IEnumerable<KeyValuePair<string, string>>? device) =>
        new(device ?? [], StringComparer.Ordinal)
        {
            ["program"] = program,
            ["torch"] = $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}",
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["processor"] =
                $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)} cores, "
                + $"vectors of {System.Numerics.Vector<byte>.Count * 8} bits",
            ["threads"] = torch.get_num_threads().ToString(CultureInfo.InvariantCulture),
        };
}
