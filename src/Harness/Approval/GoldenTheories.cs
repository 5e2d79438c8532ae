using System.Xml.Linq;
using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Harness.Approval;

/// <summary>Runs the tests that end in goldens, of a checkout of the repository, in processes of their own.</summary>
internal static class GoldenTheories
{
    /// <summary>Where goldens are in a checkout.</summary>
    public static readonly string Folder = Path.Combine("tests", "Golden", "Weights");

    // What the message of a test says that is red for want of its golden and for nothing else.
    private const string NoGolden = "there is no golden yet",
        ResultsName = "theories.trx";

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Runs them.</summary>
    /// <param name="tree">The checkout.</param>
    /// <param name="results">A folder for what each comes to.</param>
    /// <param name="filter">A further filter of dotnet test, or null.</param>
    /// <param name="environment">What is added to the environment of the tests.</param>
    /// <param name="output">Gets a line for each test as it ends.</param>
    /// <exception cref="AlignException">None ran.</exception>
    public static void Run(string tree, string results, string? filter, IReadOnlyDictionary<string, string> environment, TextWriter output)
    {
        Directory.CreateDirectory(results);
        var all = new Dictionary<string, string>(environment) { ["PPYOLO_GOLDEN_OUT"] = results, ["DiffEngine_Disabled"] = "true" };
        // A golden that is not met fails its test: here that is asked, and no error.
        var (_, text, _) = ChildProcess.Run(
            "dotnet",
            [
                "test",
                Path.Combine(tree, "tests", "Alignment"),
                "-c",
                "Release",
                "--filter",
                filter is null ? "Category=Golden" : $"Category=Golden&({filter})",
                "--nologo",
                "--logger",
                "console;verbosity=normal",
                "--logger",
                $"trx;LogFileName={ResultsName}",
                "--results-directory",
                results,
            ],
            all,
            line =>
            {
                if (
                    line.TrimStart() is var start
                    && (start.StartsWith("Passed ", StringComparison.Ordinal) || start.StartsWith("Failed ", StringComparison.Ordinal))
                )
                {
                    output.WriteLine(line);
                }
            }
        );
        if (!Directory.EnumerateFiles(results, $"*.{GoldenText.Extension}").Any())
        {
            var errors = text.Split('\n')
                .Where(line =>
                    line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("No test matches", StringComparison.Ordinal)
                )
                .Take(3);
            throw new AlignException(
                $"{tree}: no golden theory ran: {string.Join('\n', errors)}\nlook at the filter, or build and run tests/Alignment there "
                    + $"by hand to see why not"
            );
        }
    }

    /// <summary>Tests that failed for another reason than that their golden is missing, and the first line of that reason.</summary>
    public static IReadOnlyList<(string Test, string Message)> Failures(string results)
    {
        var file = Path.Combine(results, ResultsName);
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
