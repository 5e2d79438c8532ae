using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;

namespace PPYolo.Data.Showing;

/// <summary>A table whose rows end in bars.</summary>
internal static class BarTable
{
    /// <summary>The table, in a region that a narrow window scrolls.</summary>
    /// <param name="label">What it is, as text.</param>
    /// <param name="header">The heads of the columns, as text, without that of the bars.</param>
    /// <param name="rows">The head of each row, its cells, and how long its bar is, from 0 to 1.</param>
    public static string Html(string label, string[] header, IEnumerable<(string Name, string[] Cells, double Share)> rows)
    {
        var table = new StringBuilder("<table><thead><tr>").AppendJoin("", header.Select(title => $"<th scope=\"col\">{title}</th>"));
        table.Append("<td class=\"bars\"></td></tr></thead><tbody>\n");
        foreach (var (name, cells, share) in rows)
        {
            table.Append("<tr><th scope=\"row\">").Append(HtmlPage.Text(name)).Append("</th>");
            table.AppendJoin("", cells.Select(cell => $"<td class=\"number\">{HtmlPage.Text(cell)}</td>"));
            var bar = share > 0 ? $"<span class=\"bar\" style=\"width:{Percent(share)}%\"></span>" : "";
            table.Append("<td class=\"bars\">").Append(bar).Append("</td></tr>\n");
        }

        return HtmlPage.Scrolling(label, table.Append("</tbody></table>").ToString());
    }

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture);
}
