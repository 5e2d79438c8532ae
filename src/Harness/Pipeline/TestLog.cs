using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using PPYolo.Align;

namespace PPYolo.Harness.Pipeline;

/// <summary>The results of a test run, as <c>dotnet test --logger trx</c> writes them.</summary>
/// <param name="File">The file.</param>
/// <param name="Began">When the run began, where that is known.</param>
/// <param name="Results">Its results.</param>
/// <param name="BrokenOff">Why the run did not come to its end; null where it did.</param>
internal sealed record TestLog(string File, DateTimeOffset? Began, IReadOnlyList<TestResult> Results, string? BrokenOff)
{
    private static readonly XmlReaderSettings Harmless = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = false,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It is none, or is torn.</exception>
    public static TestLog Read(string path)
    {
        try
        {
            using var reader = XmlReader.Create(path, Harmless);
            var root = XDocument.Load(reader).Root!;
            if (root.Name.LocalName != "TestRun")
            {
                throw new AlignException($"{path}: expected the results of a test run, found <{root.Name.LocalName}>");
            }

            var results = Named(root, "UnitTestResult").Where(result => !Named(result, "InnerResults").Any()).Select(Result).ToList();
            return new(path, Time((string?)Named(root, "Times").FirstOrDefault()?.Attribute("start")), results, BrokenOffBy(root, results));
        }
        catch (XmlException exception)
        {
            throw new AlignException($"{path}: not whole ({exception.Message.TrimEnd('.')}); the report lacks its results", exception);
        }
    }

    private static IEnumerable<XElement> Named(XElement element, string name) =>
        element.Descendants().Where(inner => inner.Name.LocalName == name);

    private static TestResult Result(XElement result) =>
        new(
            (string?)result.Attribute("testName") ?? "a test without a name",
            (string?)result.Attribute("outcome") switch
            {
                "Passed" => TestOutcome.Passed,
                "NotExecuted" => TestOutcome.Skipped,
                _ => TestOutcome.Failed,
            },
            Time((string?)result.Attribute("startTime")),
            Time((string?)result.Attribute("endTime")),
            TimeSpan.TryParse((string?)result.Attribute("duration"), CultureInfo.InvariantCulture, out var time) ? time : TimeSpan.Zero,
            Message(result)
        );

    private static string Message(XElement result)
    {
        var message = ((string?)Named(result, "Message").FirstOrDefault() ?? "").Trim();
        return message.Length > 0 || (string?)result.Attribute("outcome") is "Passed" or "Failed"
            ? message
            : (
                (string?)Named(result, "StdOut").FirstOrDefault() ?? $"outcome {(string?)result.Attribute("outcome") ?? "not given"}"
            ).Trim();
    }

    /// <summary>A run whose host died has results of what came before, and says so nowhere but in its summary.</summary>
    private static string? BrokenOffBy(XElement root, List<TestResult> results)
    {
        if (Named(root, "ResultSummary").FirstOrDefault() is not { } summary)
        {
            return "it has no summary";
        }

        var said = Named(summary, "RunInfo")
            .Select(info => ((string?)Named(info, "Text").FirstOrDefault() ?? "").Trim())
            .FirstOrDefault(text =>
                text.Contains("aborted", StringComparison.OrdinalIgnoreCase) || text.Contains("crashed", StringComparison.OrdinalIgnoreCase)
            );
        var outcome = (string?)summary.Attribute("outcome") ?? "";
        _ = int.TryParse((string?)Named(summary, "Counters").FirstOrDefault()?.Attribute("total"), out var total);
        return said is not null ? said.Split('\n')[0].Trim()
            : outcome is "Aborted" or "Error" or "Timeout" or "Disconnected" ? $"outcome {outcome}"
            : total > results.Count ? $"it counts {total} tests and has results of {results.Count}"
            : null;
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) ? time : null;
}
