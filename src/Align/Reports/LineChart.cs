using System.Globalization;
using System.Text;

namespace PPYolo.Align.Reports;

/// <summary>Curves over one axis, so small that a phone shows them as a whole.</summary>
/// <param name="Label">What it shows, as text for those who do not see it.</param>
/// <param name="Lines">The curves; the first is drawn first.</param>
public sealed record LineChart(string Label, IReadOnlyList<ChartLine> Lines)
{
    private const double Width = 480,
        Height = 180,
        Left = 84,
        Bottom = 26,
        Top = 10;

    // More points than this tell themselves apart without dots.
    private const int MostDots = 40;

    /// <summary>The lowest and the highest value of the axis; those of the curves unless given.</summary>
    public (double Low, double High)? Range { get; init; }

    /// <summary>A place as text.</summary>
    public Func<double, string> PlaceText { get; init; } = place => place.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A value as text.</summary>
    public Func<double, string> ValueText { get; init; } = value => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>What each curve is, as HTML.</summary>
    public string Key() =>
        $"<p class=\"key\">{string.Concat(Lines.Select(line => $"<span><i class=\"{line.Style}\"></i>{HtmlPage.Text(line.Name)}</span>"))}"
        + "</p>\n";

    /// <summary>The drawing, as HTML; empty where no value is finite.</summary>
    public string Svg()
    {
        var drawn = Lines.Select(line => (line.Style, Points: line.Points.Where(point => double.IsFinite(point.Value)).ToList())).ToList();
        var all = drawn.SelectMany(line => line.Points).ToList();
        if (all.Count == 0)
        {
            return "";
        }

        var (low, high) = Range ?? Around(all.Min(point => point.Value), all.Max(point => point.Value));
        var (first, last) = (all.Min(point => point.Place), all.Max(point => point.Place));
        var svg = new StringBuilder();
        Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(Label)}\">\n");
        foreach (var value in new[] { low, (low + high) / 2, high })
        {
            Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>");
            Append($"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{HtmlPage.Text(ValueText(value))}</text>\n");
        }

        // Between the ends the place of a point, so that iterations are whole.
        var middle = all.Select(point => point.Place).MinBy(place => Math.Abs(place - ((first + last) / 2)));
        foreach (var place in new[] { first, middle, last }.Distinct())
        {
            var anchor =
                first == last ? "middle"
                : place == last ? "end"
                : place == first ? "start"
                : "middle";
            Append($"<text x=\"{X(place):0.#}\" y=\"{Height - 6}\" text-anchor=\"{anchor}\">{HtmlPage.Text(PlaceText(place))}</text>\n");
        }

        foreach (var (style, points) in drawn)
        {
            svg.Append("<polyline class=\"").Append(style).Append("\" points=\"");
            foreach (var (place, value) in points)
            {
                Append($"{X(place):0.#},{Y(value):0.#} ");
            }

            svg.Append("\"/>\n");
        }

        foreach (var (place, value) in drawn is [var (_, only)] && only.Count <= MostDots ? only : [])
        {
            Append($"<circle class=\"dot\" cx=\"{X(place):0.#}\" cy=\"{Y(value):0.#}\" r=\"3\"/>");
        }

        return svg.Append("</svg>\n").ToString();

        double X(double place) => Left + ((Width - Left - 10) * (last == first ? 0.5 : (place - first) / (last - first)));
        double Y(double value) => Top + ((Height - Top - Bottom) * (high - value) / (high - low));
        void Append(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
    }

    private static (double Low, double High) Around(double low, double high) =>
        high > low ? (low, high)
        : low == 0 ? (0, 1)
        : (Math.Min(0, low), Math.Max(0, high));
}
