using System.Globalization;
using System.Xml.Linq;
using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Reports;

/// <summary>
/// An explanation as JUnit XML: a test case for each phase and part of the network, failed where a tensor of it is beyond noise.
/// </summary>
public static class ExplanationJUnit
{
    /// <summary>Formats an explanation.</summary>
    public static string Format(Explanation explanation)
    {
        var groups = explanation
            .Trace.Differences.GroupBy(difference => (difference.Key.Phase, Part: Part(difference.Key.Name)))
            .OrderBy(group => group.Key.Phase)
            .ToList();
        var cases = groups.ConvertAll(group => Case(explanation, group.Key.Phase, group.Key.Part, [.. group]));
        return new XElement(
            "testsuites",
            new XElement(
                "testsuite",
                new XAttribute("name", Printable.Message($"{explanation.First} and {explanation.Second}")),
                new XAttribute("tests", cases.Count),
                new XAttribute("failures", cases.Count(element => element.HasElements)),
                cases
            )
        ).ToString();
    }

    private static XElement Case(Explanation explanation, TracePhase phase, string part, IReadOnlyList<EntryDifference> differences)
    {
        var element = new XElement(
            "testcase",
            new XAttribute("classname", phase.ToString().ToLowerInvariant()),
            new XAttribute("name", Printable.Of(part))
        );
        if (differences.FirstOrDefault(difference => difference.Exceeds) is { } first)
        {
            element.Add(
                new XElement(
                    "failure",
                    new XAttribute(
                        "message",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"iteration {first.Iteration}, {Printable.Of(first.Key.Name)}: {ExplanationText.Amount(first)}"
                        )
                    ),
                    Printable.Message(ExplanationText.Summary(explanation))
                )
            );
        }

        return element;
    }

    /// <summary>backbone.res2 of backbone.res2.res2a.branch2a.</summary>
    internal static string Part(string name) => string.Join('.', name.Split('.').Take(2));
}
