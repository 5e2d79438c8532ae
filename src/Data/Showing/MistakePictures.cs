using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Showing;

/// <summary>The images in which most objects were missed, and those in which most is seen that is not there.</summary>
/// <param name="truth">The categories.</param>
/// <param name="images">The images.</param>
/// <param name="threshold">The least score of a detection that counted.</param>
internal sealed class MistakePictures(CocoGroundTruth truth, IPageImages images, double threshold)
{
    /// <summary>So many pictures a list has at most.</summary>
    public const int MostPictures = 12;

    // More cannot be told apart.
    private const int MostBoxes = 40;

    /// <summary>Both lists; no image is in both.</summary>
    public string Html(ImmutableArray<ImageFindings> findings)
    {
        var body = new StringBuilder("<h2>Images with most missed objects</h2>\n");
        body.Append(
            "<p class=\"key\"><span><i class=\"missed\"></i>missed, or found as another class</span><span><i class=\"false\"></i>"
                + "detected, but of another class or nothing there</span><span><i class=\"right\"></i>found</span></p>\n"
        );
        var shown = new HashSet<long>();
        var missed = findings.Where(image => image.Missed > 0);
        Show(body, missed.OrderByDescending(image => image.Missed).ThenByDescending(Wrong), shown);
        body.Append(
            "<h2>Images with the surest false detections</h2>\n<p class=\"soft\">By the sum of their scores; without images shown "
                + "above.</p>\n"
        );
        Show(body, findings.Where(image => image.False > 0 && !shown.Contains(image.Image)).OrderByDescending(Wrong), shown);
        return body.ToString();
    }

    private static double Wrong(ImageFindings image) =>
        image.Findings.Where(finding => finding.False).Sum(finding => finding.Detection!.Value.Score);

    private void Show(StringBuilder body, IEnumerable<ImageFindings> ranked, HashSet<long> shown)
    {
        var (pictures, lines) = (new StringBuilder(), new StringBuilder());
        var count = 0;
        foreach (var image in ranked.Take(MostPictures))
        {
            count++;
            shown.Add(image.Image);
            var objects = image.Findings.Count(finding => finding.Object is not null);
            var caption = string.Create(
                CultureInfo.InvariantCulture,
                $"{images.Name(image.Image)}: {image.Missed} of {objects} missed, {image.False} false"
            );
            using var pixels = images.Decode(image.Image);
            if (pixels is null)
            {
                lines.Append("<li>").Append(HtmlPage.Text(caption)).Append("</li>");
                continue;
            }

            var boxes = image.Findings.SelectMany(Boxes).ToList();
            var more = boxes.Count > MostBoxes ? string.Create(CultureInfo.InvariantCulture, $"; {MostBoxes} of {boxes.Count} boxes") : "";
            // What is wrong is drawn last, over the rest, and left out last.
            var drawn = boxes.OrderBy(box => box.Look == "right").Take(MostBoxes).Reverse();
            pictures.Append(Picture.Of(pixels, caption + more, drawn).Html());
        }

        if (count == 0)
        {
            body.Append(CultureInfo.InvariantCulture, $"<p>None, at a score of {threshold}.</p>\n");
        }

        body.Append(pictures.Length > 0 ? $"<div class=\"pictures\">\n{pictures}</div>\n" : "");
        body.Append(lines.Length > 0 ? $"<ul>{lines}</ul>\n" : "");
    }

    private IEnumerable<PictureBox> Boxes(ObjectFinding finding)
    {
        // What was found as another class is named once, beside what it was found as.
        var instead = "";
        if (finding.Object is { } one && !finding.Right)
        {
            instead = finding.Detection is null ? "" : $", is {Name(one.CategoryId)}";
            yield return Box(one.Box, one.CategoryId, finding.Detection is null ? $"missed: {Name(one.CategoryId)}" : "", "missed");
        }

        if (finding.Detection is { } found)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Name(found.CategoryId)} {found.Score:0.00}");
            var (text, look) = finding.Right ? (name, "right") : ($"false: {name}{instead}", "false");
            yield return Box(found.Box, found.CategoryId, text, look);
        }
    }

    private PictureBox Box(CocoBox box, long category, string name, string look) =>
        new(box.X, box.Y, box.X + box.Width, box.Y + box.Height, truth.IndexOfCategory(category), name) { Look = look };

    private string Name(long category) => truth.Categories[truth.IndexOfCategory(category)].Name;
}
