using System.Globalization;
using System.Text;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Reports.Html;

/// <summary>Differences as a table: what a chart says where a pointer rests on it, for those who have none.</summary>
internal static class DifferenceTable
{
    /// <summary>The table, in a region that scrolls by keyboard too.</summary>
    /// <param name="label">What the table holds.</param>
    /// <param name="differences">A row each.</param>
    public static string Html(string label, IReadOnlyList<EntryDifference> differences)
    {
        var ranks = differences.Any(difference => difference.Rank > 0);
        var html = new StringBuilder("<table><thead><tr><th scope=\"col\">iteration</th>")
            .Append(ranks ? "<th scope=\"col\">rank</th>" : "")
            .Append(
                "<th scope=\"col\">phase</th><th scope=\"col\">tensor</th><th scope=\"col\">difference</th><th scope=\"col\">times "
                    + "noise</th></tr></thead><tbody>\n"
            );
        foreach (var difference in differences)
        {
            html.Append(difference.Exceeds ? "<tr class=\"over\">" : "<tr>")
                .Append(CultureInfo.InvariantCulture, $"<td>{difference.Iteration}</td>");
            if (ranks)
            {
                html.Append(CultureInfo.InvariantCulture, $"<td>{difference.Rank}</td>");
            }

            var units = difference.Note is null ? difference.Units.ToString("G3", CultureInfo.InvariantCulture) : "";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td>{difference.Key.Phase.ToString().ToLowerInvariant()}</td><td class=\"name\">"
                    + $"{HtmlPage.Text(difference.Key.Name)}</td><td>"
                    + $"{HtmlPage.Text(difference.Note ?? ExplanationText.Number(difference.Relative))}</td><td>{units}</td></tr>\n"
            );
        }

        return HtmlPage.Scrolling(label, html.Append("</tbody></table>").ToString());
    }

    /// <summary>The same, folded away under a line that opens it.</summary>
    public static string Folded(string label, IReadOnlyList<EntryDifference> differences) =>
        $"<details><summary>{HtmlPage.Text(label)}</summary>\n{Html(label, differences)}</details>\n";
}
