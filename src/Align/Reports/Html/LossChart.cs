using System.Globalization;
using System.Text;
using PPYolo.Align.Explanations;

namespace PPYolo.Align.Reports.Html;

/// <summary>The total loss of both runs.</summary>
internal static class LossChart
{
    private const double Width = 800,
        Height = 220,
        Left = 60,
        Bottom = 24,
        Top = 10;

    /// <summary>The chart, and its numbers folded away.</summary>
    public static string Html(Explanation explanation)
    {
        var losses = explanation.Losses.Where(loss => double.IsFinite(loss.First) || double.IsFinite(loss.Second)).ToList();
        if (losses.Count == 0)
        {
            return "<p class=\"soft\">No losses were recorded.</p>\n";
        }

        var table = new StringBuilder(
            "<table><thead><tr><th scope=\"col\">iteration</th><th scope=\"col\">expected</th><th "
                + "scope=\"col\">found</th></tr></thead><tbody>\n"
        );
        foreach (var (iteration, first, second) in explanation.Losses)
        {
            table.Append(CultureInfo.InvariantCulture, $"<tr><td>{iteration}</td><td>{first:G9}</td><td>{second:G9}</td></tr>\n");
        }

        return HtmlPage.Scrolling("total loss", Svg(losses))
            + $"<details><summary>The losses in numbers</summary>\n"
            + $"{HtmlPage.Scrolling("the losses in numbers", table.Append("</tbody></table>").ToString())}</details>\n";
    }

    private static string Svg(List<(int Iteration, double First, double Second)> losses)
    {
        var values = losses.SelectMany(loss => new[] { loss.First, loss.Second }).Where(double.IsFinite).ToList();
        var (low, high) = (values.Min(), values.Max());
        (low, high) = high > low ? (low - (0.05 * (high - low)), high + (0.05 * (high - low))) : (low - 1, high + 1);
        double X(int iteration) => Left + ((Width - Left - 10) * iteration / Math.Max(1, losses[^1].Iteration));
        double Y(double value) => Top + ((Height - Top - Bottom) * (high - value) / (high - low));
        var svg = new StringBuilder("<p class=\"key\"><span><i></i>expected</span><span><i class=\"b\"></i>found</span></p>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"total loss of both runs over {losses.Count} iterations\">\n"
        );
        foreach (var value in new[] { low, (low + high) / 2, high })
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/><text x=\"{Left - 6}\" "
                    + $"y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value.ToString("G4", CultureInfo.InvariantCulture)}</text>\n"
            );
        }

        foreach (var (iteration, _, _) in losses.Where((_, i) => i % Math.Max(1, losses.Count / 10) == 0))
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(iteration):0.#}\" y=\"{Height - 6}\" text-anchor=\"middle\">{iteration}</text>\n"
            );
        }

        Line("first", loss => loss.First);
        Line("second", loss => loss.Second);
        return svg.Append("</svg>\n").ToString();

        void Line(string style, Func<(int Iteration, double First, double Second), double> of)
        {
            var points = losses
                .Where(loss => double.IsFinite(of(loss)))
                .Select(loss => string.Create(CultureInfo.InvariantCulture, $"{X(loss.Iteration):0.#},{Y(of(loss)):0.#}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{style}\" points=\"{string.Join(' ', points)}\"/>\n");
        }
    }
}
