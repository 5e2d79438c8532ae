using System.Globalization;
using System.Text;
using PPYolo.Align.Explanations;
using PPYolo.Align.Reports.Html;

namespace PPYolo.Align.Reports;

/// <summary>
/// An explanation as one HTML page: verdict, losses, each tensor's difference against noise, a map of iterations and parts, causes,
/// surroundings. It needs neither network nor scripts, and is made for light and dark, for phones and for the keyboard.
/// </summary>
public static class ExplanationHtml
{
    private const int WorstRows = 40;

    /// <summary>Formats an explanation.</summary>
    public static string Format(Explanation explanation)
    {
        var page = new StringBuilder();
        Verdict(page, explanation);
        Causes(page, explanation);
        page.Append(LossChart.Html(explanation));
        Differences(page, explanation);
        page.Append(HeatMap.Table(explanation));
        Worst(page, explanation);
        Surroundings(page, explanation);
        return HtmlPage.Whole($"{(explanation.Aligned ? "Aligned" : "Diverged")}: {explanation.Second}", page.ToString());
    }

    private static string Text(string text) => HtmlPage.Text(text);

    private static void Verdict(StringBuilder page, Explanation explanation)
    {
        var (word, style) = explanation.Aligned ? ("ALIGNED", " aligned") : ("DIVERGED", "");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<p><span class=\"verdict{style}\">{word}</span></p>\n<h1>{Text(explanation.Second)}</h1>\n<p class=\"soft\">compared with "
                + $"<span class=\"name\">{Text(explanation.First)}</span>, which is expected</p>\n"
        );
        page.Append(CultureInfo.InvariantCulture, $"<p>{Text(ExplanationText.Summary(explanation))}</p>\n");
        if (explanation.FloorSource is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Noise: {Text(ExplanationText.Noise(explanation))}.</p>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">First bit: {Text(ExplanationText.FirstBit(explanation))}.</p>\n");
        foreach (var line in explanation.Notes)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Note: {Text(line)}.</p>\n");
        }

        if (explanation.Trace.Frontier is { } frontier)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<section class=\"panel\" aria-labelledby=\"frontier\"><h2 id=\"frontier\">Where the runs part</h2>iteration "
                    + $"{frontier.Iteration}{(frontier.Rank > 0 ? $", rank {frontier.Rank}" : "")}, "
                    + $"{frontier.Key.Phase.ToString().ToLowerInvariant()}: <span "
                    + $"class=\"name\">{Text(frontier.Key.Name)}</span><br>{Text(ExplanationText.Amount(frontier))}. "
                    + $"{Text(ExplanationText.Injection(explanation))}</section>\n"
            );
        }
    }

    private static void Causes(StringBuilder page, Explanation explanation)
    {
        if (explanation.Aligned)
        {
            return;
        }

        page.Append("<h2>Likely causes</h2>\n");
        if (explanation.Likeliest is null)
        {
            page.Append("<p>No known cause fits what was recorded.</p>\n<ul>")
                .AppendJoin("", explanation.Next.Select(line => $"<li>{Text(line)}</li>"))
                .Append("</ul>\n");
        }

        foreach (var cause in explanation.Causes)
        {
            var confidence = cause.Confidence.ToString("0.00", CultureInfo.InvariantCulture);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<details class=\"panel\" open><summary><strong>{Text(cause.Title)}</strong><br><meter min=\"0\" max=\"1\" "
                    + $"value=\"{confidence}\" aria-label=\"confidence\"></meter> {Text(ExplanationText.Rank(cause))}, "
                    + $"confidence {confidence}, <code>{Text(cause.Id)}</code></summary><ul>"
            );
            foreach (var evidence in cause.Evidence)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li>{Text(evidence)}</li>");
            }

            page.Append("</ul></details>\n");
        }
    }

    private static void Differences(StringBuilder page, Explanation explanation)
    {
        var iteration =
            explanation.Trace.Frontier?.Iteration
            ?? (explanation.Trace.Differences.Count > 0 ? explanation.Trace.Differences[^1].Iteration : 0);
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>Each tensor of iteration {iteration} against noise</h2>\n<p class=\"soft\">In order of execution from left to right; "
                + $"relative differences on a logarithmic scale. A point is named where the pointer rests on it, and in the table "
                + $"below.</p>\n"
        );
        var differences = explanation.Trace.Differences.Where(difference => difference.Iteration == iteration).ToList();
        if (differences.Count > 0)
        {
            page.Append(HtmlPage.Scrolling("differences", DifferenceChart.Svg(iteration, differences)));
            page.Append(
                DifferenceTable.Folded(
                    string.Create(CultureInfo.InvariantCulture, $"All {differences.Count} tensors of iteration {iteration}"),
                    differences
                )
            );
        }
    }

    private static void Worst(StringBuilder page, Explanation explanation)
    {
        var first = explanation.Trace.Exceeding.Take(WorstRows).ToList();
        if (first.Count == 0)
        {
            return;
        }

        var all = explanation.Trace.Exceeding.Count();
        page.Append("<h2>Beyond noise, in order of execution</h2>\n")
            .Append(DifferenceTable.Html("tensors beyond noise", first))
            .Append(all > first.Count ? $"<p class=\"soft\">and {all - first.Count} more, all in the JSON report</p>\n" : "");
    }

    private static void Surroundings(StringBuilder page, Explanation explanation)
    {
        if (explanation.Trace.NotCompared.Count > 0)
        {
            page.Append("<h2>Not compared</h2>\n<ul>")
                .AppendJoin("", explanation.Trace.NotCompared.Select(part => $"<li>{Text(ExplanationText.NotCompared(part))}</li>"))
                .Append("</ul>\n");
        }

        if (explanation.Lacked.Count > 0)
        {
            page.Append("<h2>What was lacking</h2>\n<ul>")
                .AppendJoin("", explanation.Lacked.Select(line => $"<li>{Text(line)}</li>"))
                .Append("</ul>\n");
        }

        if (explanation.Environment.Count > 0)
        {
            page.Append(
                "<h2>Settings and surroundings</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"settings and "
                    + "surroundings\"><table><thead><tr><th scope=\"col\">setting</th><th scope=\"col\">expected</th><th "
                    + "scope=\"col\">found</th></tr></thead><tbody>\n"
            );
            foreach (var (name, a, b) in explanation.Environment)
            {
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<tr><th scope=\"row\">{Text(name)}</th><td>{Text(a)}</td><td>"
                        + $"{(a == b ? "the same" : $"<strong>{Text(b)}</strong>")}</td></tr>\n"
                );
            }

            page.Append("</tbody></table></div>\n");
        }
    }
}
