using System.Globalization;
using System.Xml.Linq;
using PPYolo.Align.Reports;

namespace PPYolo.Harness.Pipeline;

/// <summary>
/// The report as JUnit XML: a suite for each class; what scenarios measured stands in their output. What keeps the report from being whole
/// is a suite of its own, whose cases are errors.
/// </summary>
internal static class PipelineJUnit
{
    /// <summary>Formats a report.</summary>
    public static string Format(PipelineReport report) =>
        new XElement(
            "testsuites",
            report
                .Rows.GroupBy(row => row.Result.Class)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Suite(group.Key, [.. group.Select(Case)])),
            report.Problems.Count == 0
                ? null
                : Suite(
                    "results",
                    [
                        .. report.Problems.Select(
                            (problem, index) => Named("results", $"problem {index + 1}", new XElement("error", Message(problem)))
                        ),
                    ]
                )
        ).ToString();

    private static XElement Suite(string name, IReadOnlyList<XElement> cases) =>
        new(
            "testsuite",
            new XAttribute("name", Printable.Of(name)),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(one => one.Element("failure") is not null)),
            new XAttribute("errors", cases.Count(one => one.Element("error") is not null)),
            new XAttribute("skipped", cases.Count(one => one.Element("skipped") is not null)),
            cases
        );

    private static XElement Case(ReportRow row)
    {
        var element = Named(
            row.Result.Class,
            row.Result.Name,
            row.Result.Outcome switch
            {
                TestOutcome.Failed => new XElement(
                    "failure",
                    new XAttribute("message", Message(row.Result.Message.Split('\n')[0])),
                    Message($"{row.Result.Message}\nnext: {string.Join("\nnext: ", row.Next)}")
                ),
                TestOutcome.Skipped => new XElement("skipped", new XAttribute("message", Message(row.Result.Message))),
                _ => null,
            }
        );
        element.Add(new XAttribute("time", row.Result.Duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)));
        if (row.Result.IsScenario)
        {
            element.Add(new XElement("system-out", Message($"{row.Verdict}: {row.Measurement?.Summary}\ngolden: {row.Golden}")));
        }

        return element;
    }

    private static XElement Named(string suite, string name, XElement? outcome) =>
        new("testcase", new XAttribute("classname", Printable.Of(suite)), new XAttribute("name", Printable.Of(name)), outcome);

    private static string Message(string text) => Printable.Message(text);
}
