using System.Globalization;
using System.Text;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Reports.Html;

/// <summary>The relative difference of each tensor of an iteration and the bound that noise sets, on a logarithmic scale.</summary>
internal static class DifferenceChart
{
    private const double Width = 800,
        Height = 300,
        Left = 60,
        Bottom = 40,
        Top = 10;
    private const double Lowest = 1e-9,
        Highest = 10;

    public static string Svg(int iteration, List<EntryDifference> differences)
    {
        double X(double index) => Left + ((Width - Left - 10) * index / Math.Max(1, differences.Count - 1));
        var svg = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"key\"><span><i></i>difference</span><span><i class=\"bound\"></i>bound: {TraceComparison.Allowance} times the "
                + $"noise</span></p>\n"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"relative difference of {differences.Count} tensors of "
                + $"iteration {iteration}, {differences.Count(difference => difference.Exceeds)} of them beyond noise\">\n"
        );
        for (var exponent = -8; exponent <= 0; exponent += 2)
        {
            var y = Y(Math.Pow(10, exponent));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" "
                    + $"y=\"{y + 4:0.#}\" text-anchor=\"end\">1e{exponent}</text>\n"
            );
        }

        Phases(svg, differences, X);
        var points = differences.Select(
            (difference, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(difference.Bound):0.#}")
        );
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"bound\" points=\"{string.Join(' ', points)}\"/>\n");
        for (var i = 0; i < differences.Count; i++)
        {
            var difference = differences[i];
            var amount = difference.Exceeds ? ExplanationText.Amount(difference) : ExplanationText.Number(difference.Relative);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<circle class=\"dot{(difference.Exceeds ? " over" : "")}\" r=\"{(difference.Exceeds ? 3.5 : 2.5)}\" cx=\"{X(i):0.#}\" "
                    + $"cy=\"{Y(difference.Note is null ? difference.Relative : Highest):0.#}\"><title>"
                    + $"{HtmlPage.Text(difference.Key.ToString())}: "
                    + $"{HtmlPage.Text(amount)}</title></circle>\n"
            );
        }

        var frontier = differences.FindIndex(difference => difference.Exceeds);
        if (frontier >= 0)
        {
            var (anchor, shift) = X(frontier) > Width / 2 ? ("end", -6) : ("start", 6);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"mark\" x1=\"{X(frontier):0.#}\" x2=\"{X(frontier):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><text "
                    + $"x=\"{X(frontier) + shift:0.#}\" y=\"{Top + 12}\" text-anchor=\"{anchor}\">the runs part here</text>\n"
            );
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Phases(StringBuilder svg, List<EntryDifference> differences, Func<double, double> x)
    {
        var row = 0;
        foreach (var phase in differences.Select((difference, i) => (difference.Key.Phase, Index: i)).GroupBy(pair => pair.Phase))
        {
            var start = phase.First().Index;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{x(start):0.#}\" x2=\"{x(start):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom + 4}\"/><text "
                    + $"x=\"{Math.Min(x(start), Width - 70):0.#}\" "
                    + $"y=\"{Height - Bottom + 15 + (row++ % 2 * 14):0.#}\">{phase.Key.ToString().ToLowerInvariant()}</text>\n"
            );
        }
    }

    private static double Y(double relative)
    {
        var share =
            Math.Log10(Math.Clamp(double.IsNaN(relative) ? Highest : relative, Lowest, Highest) / Lowest) / Math.Log10(Highest / Lowest);
        return Top + ((Height - Top - Bottom) * (1 - share));
    }
}
