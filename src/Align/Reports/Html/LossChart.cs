using System.Globalization;
using System.Text;
using PPYolo.Align.Explanations;

namespace PPYolo.Align.Reports.Html;

/// <summary>The total loss of both runs, and beside it how far it differs.</summary>
internal static class LossChart
{
    /// <summary>Both charts, and their numbers folded away.</summary>
    public static string Html(Explanation explanation)
    {
        var losses = explanation.Losses;
        if (!losses.Any(loss => double.IsFinite(loss.First) || double.IsFinite(loss.Second)))
        {
            return "<h2>Total loss</h2>\n<p class=\"soft\">No losses were recorded.</p>\n";
        }

        var runs = new LineChart(
            string.Create(CultureInfo.InvariantCulture, $"total loss of both runs over {losses.Count} iterations"),
            [
                new("expected", "first", [.. losses.Select(loss => ((double)loss.Iteration, loss.First))]),
                new("found", "second", [.. losses.Select(loss => ((double)loss.Iteration, loss.Second))]),
            ]
        )
        {
            PlaceText = Iteration,
            ValueText = value => value.ToString("G4", CultureInfo.InvariantCulture),
        };
        return $"<div class=\"curves\">\n<section><h2>Total loss</h2>\n{runs.Key()}{runs.Svg()}</section>\n"
            + $"<section><h2>Difference of the losses</h2>\n{Difference(losses)}</section>\n</div>\n"
            + $"<details><summary>The losses in numbers</summary>\n{HtmlPage.Scrolling("the losses in numbers", Table(losses))}"
            + "</details>\n";
    }

    private static string Difference(IReadOnlyList<(int Iteration, double First, double Second)> losses)
    {
        var both = losses.Where(loss => double.IsFinite(loss.First) && double.IsFinite(loss.Second)).ToList();
        var different = both.Where(loss => loss.First != loss.Second)
            .Select(loss => (Place: (double)loss.Iteration, Value: Math.Log10(Relative(loss))))
            .ToList();
        var equal = both.Count - different.Count;
        if (different.Count == 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"<p class=\"soft\">None: the losses of all {both.Count} iterations that both runs have are equal, bit by bit.</p>\n"
            );
        }

        var (low, high) = (Math.Floor(different.Min(one => one.Value)), Math.Ceiling(different.Max(one => one.Value)));
        var chart = new LineChart(
            string.Create(
                CultureInfo.InvariantCulture,
                $"difference of the losses to the expected one, from {Power(different[0].Value)} in iteration {different[0].Place} to "
                    + $"{Power(different[^1].Value)} in iteration {different[^1].Place}"
            ),
            [new("to the expected loss, on a logarithmic scale", "first", different)]
        )
        {
            Range = (low, high > low ? high : low + 1),
            PlaceText = Iteration,
            ValueText = Power,
        };
        var note =
            equal == 0
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"<p class=\"soft\">{equal} of {both.Count} iterations are not drawn: their losses are equal, bit by bit.</p>\n"
                );
        return chart.Key() + chart.Svg() + note;
    }

    private static string Table(IReadOnlyList<(int Iteration, double First, double Second)> losses)
    {
        var table = new StringBuilder(
            "<table><thead><tr><th scope=\"col\">iteration</th><th scope=\"col\">expected</th><th scope=\"col\">found</th><th "
                + "scope=\"col\">difference to the expected</th></tr></thead><tbody>\n"
        );
        foreach (var loss in losses)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{loss.Iteration}</td><td>{loss.First:G9}</td><td>{loss.Second:G9}</td><td>{Relative(loss):G3}</td></tr>\n"
            );
        }

        return table.Append("</tbody></table>").ToString();
    }

    // Of an expected loss of 0 no part can be told.
    private static double Relative((int Iteration, double First, double Second) loss) =>
        loss.First == loss.Second ? 0 : Math.Abs(loss.Second - loss.First) / (loss.First == 0 ? 1 : Math.Abs(loss.First));

    private static string Iteration(double place) => string.Create(CultureInfo.InvariantCulture, $"iteration {place}");

    private static string Power(double exponent) => Math.Pow(10, exponent).ToString("0e+0", CultureInfo.InvariantCulture);
}
