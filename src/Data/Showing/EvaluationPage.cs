using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Showing;

/// <summary>
/// An evaluation as a page: COCO's figures, precision over recall, AP of each class, which classes are taken for which, and the images with
/// most mistakes.
/// </summary>
internal static class EvaluationPage
{
    /// <summary>The least score of a detection that counts as one, where nobody says otherwise.</summary>
    public const double Threshold = 0.3;

    // More would be no page to look at; of more classes the curves would be.
    private const int MostCurves = 100;
    private const int MostOpen = 20;

    private static readonly (string Name, string Style, int? Threshold)[] Overlaps =
    [
        ("overlap 0.50", "first", 0),
        ("overlap 0.75", "second", CocoProtocol.Threshold75),
        ("mean of 0.50 to 0.95", "third", null),
    ];

    /// <summary>The page.</summary>
    /// <param name="title">What was evaluated, as text.</param>
    /// <param name="truth">What there was to find.</param>
    /// <param name="detections">What was reported.</param>
    /// <param name="result">How it scored.</param>
    /// <param name="threshold">The least score of a detection in the confusion matrix and the pictures.</param>
    /// <param name="images">The images, which are asked for one at a time.</param>
    public static string Of(
        string title,
        CocoGroundTruth truth,
        IReadOnlyList<CocoDetection> detections,
        CocoResult result,
        double threshold,
        IPageImages images
    )
    {
        var findings = ImageFindings.Of(truth, detections, threshold);
        var matrix = new ConfusionMatrix(truth, findings);
        var body = new StringBuilder();
        Append($"<h1>{HtmlPage.Text(title)}</h1>\n");
        Append($"<p>{result.Images} images, {result.Annotations} objects, {result.Detections} detections.</p>\n");
        body.AppendJoin("", result.Notes.Select(note => $"<p class=\"soft\">Note: {HtmlPage.Text(note)}.</p>\n"));
        Figures(body, result);
        Curves(body, result);
        Classes(body, truth, result, matrix, threshold);
        body.Append("<h2>What is taken for what</h2>\n");
        Append($"<p>Detections with a score of {threshold} or more count. First each of them, the surest one before the others, takes ");
        Append($"the free object of its own class that it overlaps most, by {ImageFindings.Overlap} (intersection over union) or more. ");
        Append($"Then the detections that are left take what is left of other classes, in the same way. What remains is background: ");
        Append($"objects in its column were missed, detections in its row found nothing. Rows are what is annotated, columns what was ");
        Append($"found; shades are shares of a row.</p>\n");
        body.Append(ConfusionTable.Html(truth, matrix));
        body.Append(new MistakePictures(truth, images, threshold).Html(findings));
        return HtmlPage.Whole(title, body.ToString());

        void Append(FormattableString text) => body.Append(text.ToString(CultureInfo.InvariantCulture));
    }

    private static void Figures(StringBuilder body, CocoResult result)
    {
        var table = new StringBuilder(
            "<table><thead><tr><th scope=\"col\">figure</th><th scope=\"col\">%</th><th scope=\"col\">of what</th>"
        );
        table.Append("</tr></thead><tbody>\n");
        foreach (var (name, percent, meaning) in CocoSummary.Rows(result))
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"<tr><th scope=\"row\">{name}</th><td class=\"number\">{percent}</td><td>{meaning}</td></tr>\n"
            );
        }

        body.Append("<h2>Figures</h2>\n").Append(HtmlPage.Scrolling("figures", table.Append("</tbody></table>").ToString()));
    }

    private static void Curves(StringBuilder body, CocoResult result)
    {
        var defined = result.PerCategory.Where(category => category.Objects > 0).ToList();
        body.Append("<h2>Precision over recall</h2>\n");
        if (defined.Count == 0)
        {
            body.Append("<p>There is no object to find.</p>\n");
            return;
        }

        body.Append(
            "<p>From the surest detection to the least sure one: recall is the share of objects that are found, precision the share of "
                + "detections that are right, as COCO samples it: the best precision at that recall or a higher one. The number is the "
                + "area below a curve, the average precision in percent.</p>\n<div class=\"curves\">\n"
        );
        body.Append(Chart("All classes", defined)).Append("</div>\n");
        if (defined.Count == 1)
        {
            return;
        }

        var open = defined.Count <= MostOpen ? " open" : "";
        body.Append(
            CultureInfo.InvariantCulture,
            $"<details{open}><summary>Each of {Math.Min(defined.Count, MostCurves)} classes</summary>\n<div class=\"curves\">\n"
        );
        body.AppendJoin("", defined.Take(MostCurves).Select(category => Chart(category.Category.Name, [category])));
        body.Append("</div></details>\n");
        if (defined.Count > MostCurves)
        {
            body.Append(
                CultureInfo.InvariantCulture,
                $"<p class=\"soft\">{defined.Count - MostCurves} more classes have no curves here; their AP is in the table.</p>\n"
            );
        }
    }

    private static string Chart(string name, IReadOnlyList<CocoCategoryResult> categories)
    {
        var lines = Overlaps
            .Select(overlap =>
            {
                var mean = Mean(categories, overlap.Threshold);
                return new ChartLine($"{overlap.Name}: {CocoSummary.Percent(mean.Average())}", overlap.Style, Corners(mean));
            })
            .ToList();
        var chart = new LineChart($"precision over recall, {name}: {string.Join(", ", lines.Select(line => line.Name))}", lines)
        {
            Range = (0, 1),
            PlaceText = place => string.Create(CultureInfo.InvariantCulture, $"recall {place:0.##}"),
            ValueText = value => value.ToString("0.0", CultureInfo.InvariantCulture),
        };
        return $"<section><h3>{HtmlPage.Text(name)}</h3>\n{chart.Key()}{chart.Svg()}</section>\n";
    }

    /// <summary>The precision at each recall, as a mean over categories, and over overlap thresholds where none is given.</summary>
    private static double[] Mean(IReadOnlyList<CocoCategoryResult> categories, int? threshold)
    {
        int[] thresholds = threshold is { } one ? [one] : [.. Enumerable.Range(0, CocoProtocol.OverlapThresholds.Length)];
        var mean = new double[CocoProtocol.RecallPoints.Length];
        foreach (var category in categories)
        {
            foreach (var each in thresholds)
            {
                var curve = category.Curve(each);
                for (var i = 0; i < mean.Length; i++)
                {
                    mean[i] += curve[i] / (categories.Count * thresholds.Length);
                }
            }
        }

        return mean;
    }

    /// <summary>The points of a curve at its ends and where it changes: the others are on the line between them.</summary>
    private static List<(double Place, double Value)> Corners(double[] curve) =>
        [
            .. Enumerable
                .Range(0, curve.Length)
                .Where(i => i == 0 || i == curve.Length - 1 || curve[i] != curve[i - 1] || curve[i] != curve[i + 1])
                .Select(i => (CocoProtocol.RecallPoints[i], curve[i])),
        ];

    private static void Classes(StringBuilder body, CocoGroundTruth truth, CocoResult result, ConfusionMatrix matrix, double threshold)
    {
        body.Append("<h2>AP by class</h2>\n");
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"soft\">In percent, the best first; - where there is no object to find. Found, missed and false are counted at a "
                + $"score of {threshold} and an overlap of {ImageFindings.Overlap}.</p>\n"
        );
        var rows = result
            .PerCategory.Select((category, index) => (category, Index: truth.IndexOfCategory(category.Category.Id)))
            .OrderByDescending(row => row.category.AveragePrecision)
            .Select(row =>
            {
                var right = matrix[row.Index, row.Index];
                return (
                    row.category.Category.Name,
                    (string[])
                        [
                            CocoSummary.Percent(row.category.AveragePrecision),
                            CocoSummary.Percent(row.category.At(0)),
                            CocoSummary.Percent(row.category.At(CocoProtocol.Threshold75)),
                            Count(matrix.Annotated(row.Index)),
                            Count(right),
                            Count(matrix.Annotated(row.Index) - right),
                            Count(matrix.Found(row.Index) - right),
                        ],
                    Math.Max(0, row.category.AveragePrecision)
                );
            });
        body.Append(BarTable.Html("AP by class", ["class", "AP", "AP50", "AP75", "objects", "found", "missed", "false"], rows));

        static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
    }
}
