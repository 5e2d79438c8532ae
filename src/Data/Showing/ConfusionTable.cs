using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Showing;

/// <summary>A confusion matrix: a row for each category and the background, and a column for what it was found as.</summary>
internal static class ConfusionTable
{
    // More would hide what matters, and make the page slow.
    private const int MostCategories = 40;
    private const int MostPairs = 10;

    /// <summary>The table, and before it the mistakes that are made most often.</summary>
    public static string Html(CocoGroundTruth truth, ConfusionMatrix matrix)
    {
        var background = matrix.Background;
        int[] used = [.. Enumerable.Range(0, background).Where(one => matrix.Annotated(one) + matrix.Found(one) > 0)];
        if (used.Length == 0)
        {
            return "<p>There is no object, and no detection.</p>\n";
        }

        int[] shown =
        [
            .. used.OrderByDescending(one => matrix.Annotated(one) + matrix.Found(one) - matrix[one, one]).Take(MostCategories).Order(),
            background,
        ];
        string Name(int one) => one == background ? "background" : truth.Categories[one].Name;
        var html = new StringBuilder();
        if (shown.Length <= used.Length)
        {
            Append($"<p class=\"soft\">The {MostCategories} of {used.Length} classes with most mistakes are shown.</p>\n");
        }

        html.Append(Pairs(used, matrix, Name));
        var table = new StringBuilder("<table class=\"heat\"><thead><tr><th scope=\"col\">annotated as</th>");
        foreach (var column in shown)
        {
            table.Append("<th scope=\"col\" class=\"turned\"><span>").Append(HtmlPage.Text(Name(column))).Append("</span></th>");
        }

        table.Append("</tr></thead><tbody>\n");
        foreach (var row in shown)
        {
            var all = Math.Max(1, matrix.Annotated(row));
            table.Append("<tr><th scope=\"row\">").Append(HtmlPage.Text(Name(row))).Append("</th>");
            foreach (var column in shown)
            {
                table.Append(Cell(matrix[row, column], all, row, column, background));
            }

            table.Append("</tr>\n");
        }

        html.Append(HtmlPage.Scrolling("confusion matrix", table.Append("</tbody></table>").ToString()));
        return html.ToString();

        void Append(FormattableString text) => html.Append(text.ToString(CultureInfo.InvariantCulture));
    }

    private static string Cell(int count, int all, int row, int column, int background)
    {
        if (row == background && column == background)
        {
            return "<td></td>";
        }

        var strength = Math.Clamp((double)count / all, 0.15, 1) * 0.6;
        return count == 0
            ? row == column
                ? "<td class=\"right\">0</td>"
                : "<td>·</td>"
            : row == column
                ? string.Create(CultureInfo.InvariantCulture, $"<td class=\"right\">{count}</td>")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"<td class=\"over\" style=\"background:hsl(var(--heat) / {strength:0.00})\">{count}</td>"
                );
    }

    private static string Pairs(int[] used, ConfusionMatrix matrix, Func<int, string> name)
    {
        var pairs = used.SelectMany(row => used.Where(column => column != row).Select(column => (row, column, Count: matrix[row, column])))
            .Where(pair => pair.Count > 0)
            .OrderByDescending(pair => pair.Count)
            .ToList();
        if (pairs.Count == 0)
        {
            return "<p>No object was found as one of another class.</p>\n";
        }

        var html = new StringBuilder("<p>Classes that are taken for another most often:</p>\n<ul>");
        foreach (var (row, column, count) in pairs.Take(MostPairs))
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li>{HtmlPage.Text(name(row))} for {HtmlPage.Text(name(column))}: {count} of {matrix.Annotated(row)}</li>"
            );
        }

        return html.Append("</ul>\n").ToString();
    }
}
