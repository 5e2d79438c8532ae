using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;

namespace PPYolo.Train.Epochs;

/// <summary>A curve over the iterations of a run, and its last numbers folded away.</summary>
internal static class CurveChart
{
    // More than a screen has columns would only make the page slow.
    private const int MostPoints = 600;
    private const int MostRows = 50;

    /// <summary>The curve; nothing where there is no finite value.</summary>
    /// <param name="title">What it shows, as text.</param>
    /// <param name="axis">What it is over, as text.</param>
    /// <param name="points">By rising place.</param>
    public static string Html(string title, string axis, IReadOnlyList<(int Place, double Value)> points)
    {
        var finite = points.Where(point => double.IsFinite(point.Value)).ToList();
        if (finite.Count == 0)
        {
            return "";
        }

        // The mean of neighbours: what happened between stays in sight.
        var share = Math.Max(1, (finite.Count + MostPoints - 1) / MostPoints);
        var shown = finite.Chunk(share).Select(part => ((double)part[^1].Place, part.Average(point => point.Value))).ToList();
        var ((first, from), (last, to)) = (shown[0], shown[^1]);
        var chart = new LineChart(
            string.Create(CultureInfo.InvariantCulture, $"{title}: from {from:G4} at {axis} {first} to {to:G4} at {last}"),
            [new(title, "first", shown)]
        )
        {
            PlaceText = place => string.Create(CultureInfo.InvariantCulture, $"{axis} {place}"),
        };
        return $"<section><h2>{HtmlPage.Text(title)}</h2>\n"
            + chart.Svg()
            + "<details><summary>The last of them in numbers</summary>\n"
            + $"{HtmlPage.Scrolling($"{title} in numbers", Table(title, axis, finite))}</details></section>\n";
    }

    private static string Table(string title, string axis, List<(int Place, double Value)> points)
    {
        var table = new StringBuilder("<table><thead><tr><th scope=\"col\">");
        table
            .Append(HtmlPage.Text(axis))
            .Append("</th><th scope=\"col\">")
            .Append(HtmlPage.Text(title))
            .Append("</th></tr></thead><tbody>\n");
        foreach (var (place, value) in points.TakeLast(MostRows))
        {
            table.Append(CultureInfo.InvariantCulture, $"<tr><td>{place}</td><td>{value:G6}</td></tr>\n");
        }

        return table.Append("</tbody></table>").ToString();
    }
}
