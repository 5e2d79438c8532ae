using System.Globalization;
using System.Text;
using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Reports.Html;

/// <summary>
/// Iterations across, phases and parts of the network down: how many powers of ten beyond noise the worst tensor of each is.
/// </summary>
internal static class HeatMap
{
    private const double Strongest = 6;

    public static string Table(Explanation explanation)
    {
        var differences = explanation.Trace.Differences;
        if (differences.Count == 0)
        {
            return "";
        }

        var iterations = differences.Select(difference => difference.Iteration).Distinct().ToList();
        var frontier = explanation.Trace.Frontier;
        var named = new List<EntryDifference>();
        var html = new StringBuilder(
            "<h2>Iterations and parts</h2>\n<p class=\"soft\">The worst tensor of each part in powers of ten times the noise; a dot is "
                + "within noise. Framed: where the runs part.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                + "aria-label=\"map of iterations and parts\"><table class=\"heat\"><thead><tr><th scope=\"col\">phase and part</th>"
        );
        html.AppendJoin(
                "",
                iterations.Select(iteration => string.Create(CultureInfo.InvariantCulture, $"<th scope=\"col\">{iteration}</th>"))
            )
            .Append("</tr></thead><tbody>\n");
        foreach (
            var row in differences
                .GroupBy(difference => (difference.Key.Phase, Part: ExplanationJUnit.Part(difference.Key.Name)))
                .OrderBy(row => row.Key.Phase)
        )
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><th scope=\"row\">{row.Key.Phase.ToString().ToLowerInvariant()} <span "
                    + $"class=\"name\">{HtmlPage.Text(row.Key.Part)}</span></th>"
            );
            var byIteration = row.ToLookup(difference => difference.Iteration);
            foreach (var iteration in iterations)
            {
                var exceeding = byIteration[iteration].Where(difference => difference.Exceeds).ToList();
                var here =
                    frontier is not null
                    && frontier.Iteration == iteration
                    && frontier.Key.Phase == row.Key.Phase
                    && ExplanationJUnit.Part(frontier.Key.Name) == row.Key.Part;
                if (exceeding.Count == 0)
                {
                    html.Append(byIteration[iteration].Any() ? "<td>·</td>" : "<td></td>");
                    continue;
                }

                var worst = exceeding.MaxBy(difference => double.IsNaN(difference.Units) ? double.PositiveInfinity : difference.Units)!;
                named.Add(worst);
                var powers = double.IsFinite(worst.Units) ? Math.Log10(worst.Units) : Strongest;
                var strength = Math.Clamp(powers / Strongest, 0.15, 1) * 0.75;
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td class=\"over{(here ? " here" : "")}\" style=\"background:hsl(var(--heat) / {strength:0.00})\" title=\""
                        + $"{HtmlPage.Text(worst.Key.Name)}: {HtmlPage.Text(ExplanationText.Amount(worst))}\">"
                        + $"{(double.IsFinite(worst.Units) ? powers.ToString("0", CultureInfo.InvariantCulture) : "!")}</td>"
                );
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        if (named.Count > 0)
        {
            html.Append(
                DifferenceTable.Folded(
                    "The worst tensor of each part beyond noise",
                    [.. named.OrderBy(difference => difference.Iteration).ThenBy(difference => difference.Key.Phase)]
                )
            );
        }

        return html.ToString();
    }
}
