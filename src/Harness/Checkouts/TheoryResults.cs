using System.Xml.Linq;
using PPYolo.Align.Golden;

namespace PPYolo.Harness.Checkouts;

/// <summary>What theories came to, in the folder that they reported to.</summary>
internal static class TheoryResults
{
    /// <summary>The log of dotnet test.</summary>
    public const string LogName = "theories.trx";

    // What the message of a test says that is red for want of its golden and for nothing else.
    private const string NoGolden = "there is no golden yet";

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Tests that failed for another reason than that their golden is missing, and the first line of that reason.</summary>
    public static IReadOnlyList<(string Test, string Message)> Failures(string results)
    {
        var file = Path.Combine(results, LogName);
        return !File.Exists(file)
            ? []
            :
            [
                .. XDocument
                    .Load(file)
                    .Descendants(Trx + "UnitTestResult")
                    .Where(result => (string?)result.Attribute("outcome") == "Failed")
                    .Select(result =>
                        (
                            Test: (string?)result.Attribute("testName") ?? "",
                            Message: (string?)result.Descendants(Trx + "Message").FirstOrDefault() ?? "no message"
                        )
                    )
                    .Where(failure => !failure.Message.Contains(NoGolden, StringComparison.Ordinal))
                    .Select(failure => (failure.Test, failure.Message.Trim().Split('\n')[0])),
            ];
    }

    /// <summary>Whether anything came to a golden.</summary>
    public static bool Any(string results) =>
        Directory.Exists(results) && Directory.EnumerateFiles(results, $"*.{GoldenText.Extension}").Any();

    /// <summary>
    /// What tests came to that end in one golden: several may, each in its own way, which stands behind an @ in the name.
    /// </summary>
    /// <param name="results">The folder of results.</param>
    /// <param name="golden">NAME of NAME.verified.golden.</param>
    public static IReadOnlyList<(string Way, GoldenRecord Run)> Runs(string results, string golden) =>
        !Directory.Exists(results)
            ? []
            :
            [
                .. Directory
                    .EnumerateFiles(results, $"*.{GoldenText.Extension}")
                    .Select(file => (File: file, Name: Path.GetFileNameWithoutExtension(file)))
                    .Where(run => run.Name == golden || run.Name.StartsWith(golden + "@", StringComparison.Ordinal))
                    .OrderBy(run => run.Name, StringComparer.Ordinal)
                    .Select(run => (run.Name[golden.Length..].TrimStart('@'), GoldenText.Read(run.File))),
            ];

    /// <summary>NAME of NAME.verified.golden or NAME.received.golden.</summary>
    public static string NameOf(string file) => Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(file));
}
