using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;

namespace PPYolo.Train.Epochs;

/// <summary>A curve over the iterations of a run, and its last numbers folded away.</summary>
internal static class CurveChart
{
    // So small that it can be read on a phone as a whole.
    private const double Width = 480,
        Height = 180,
        Left = 84,
        Bottom = 26,
        Top = 10;

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
        var shown = finite.Chunk(share).Select(part => (Place: part[^1].Place, Value: part.Average(point => point.Value))).ToList();
        return $"<section><h2>{HtmlPage.Text(title)}</h2>\n"
            + Svg(title, axis, shown)
            + "<details><summary>The last of them in numbers</summary>\n"
            + $"{HtmlPage.Scrolling($"{title} in numbers", Table(title, axis, finite))}</details></section>\n";
    }

    private static string Svg(string title, string axis, List<(int Place, double Value)> points)
    {
        var (low, high) = (points.Min(point => point.Value), points.Max(point => point.Value));
        (low, high) =
            high > low ? (low, high)
            : low == 0 ? (0, 1)
            : (Math.Min(0, low), Math.Max(0, high));
        int first = points[0].Place,
            last = points[^1].Place;
        var svg = new StringBuilder();
        Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(title)}: from {points[0].Value:G4} at ");
        Append($"{HtmlPage.Text(axis)} {first} to {points[^1].Value:G4} at {last}\">\n");
        foreach (var value in new[] { low, (low + high) / 2, high })
        {
            Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>");
            Append($"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value:G3}</text>\n");
        }

        foreach (var place in new[] { first, (first + last) / 2, last }.Distinct())
        {
            var anchor =
                first == last ? "middle"
                : place == last ? "end"
                : place == first ? "start"
                : "middle";
            Append($"<text x=\"{X(place):0.#}\" y=\"{Height - 6}\" text-anchor=\"{anchor}\">{HtmlPage.Text(axis)} {place}</text>\n");
        }

        svg.Append("<polyline class=\"first\" points=\"");
        foreach (var (place, value) in points)
        {
            Append($"{X(place):0.#},{Y(value):0.#} ");
        }

        svg.Append("\"/>\n");
        foreach (var (place, value) in points.Count <= 40 ? points : [])
        {
            Append($"<circle class=\"dot\" cx=\"{X(place):0.#}\" cy=\"{Y(value):0.#}\" r=\"3\"/>");
        }

        return svg.Append("</svg>").ToString();

        double X(int place) => Left + ((Width - Left - 10) * (last == first ? 0.5 : (double)(place - first) / (last - first)));
        double Y(double value) => Top + ((Height - Top - Bottom) * (high - value) / (high - low));
        void Append(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
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
