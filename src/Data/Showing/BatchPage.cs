using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;
using PPYolo.Data.Batches;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Showing;

/// <summary>A batch as a page: its images as the network gets them, with their boxes and the cells that shall predict them.</summary>
public static class BatchPage
{
    /// <summary>The page.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="names">The names of the classes.</param>
    /// <param name="title">What it is, as text.</param>
    /// <exception cref="PPYolo.Align.AlignException">OpenCV, which packs the pictures, cannot be loaded.</exception>
    public static string Of(Batch batch, IReadOnlyList<string> names, string title)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{HtmlPage.Text(title)}</h1>\n");
        body.Append(CultureInfo.InvariantCulture, $"<p>{batch.Count} images of {batch.Size} x {batch.Size} pixels. {Legend(batch)}</p>\n");
        body.Append("<div class=\"pictures\">\n");
        for (var image = 0; image < batch.Count; image++)
        {
            body.Append(Show(batch, image, names, string.Create(CultureInfo.InvariantCulture, $"image {image}")).Html());
        }

        return HtmlPage.Whole(title, body.Append("</div>\n").ToString());
    }

    /// <summary>What the dashed squares mean.</summary>
    internal static string Legend(Batch batch) =>
        "Dashed squares are the cells of the maps that shall predict an object: "
        + string.Join(
            ", ",
            batch.Targets.Select(
                (target, level) =>
                    string.Create(CultureInfo.InvariantCulture, $"level {level} has {target.Shape[3]} x {target.Shape[3]} cells")
            )
        )
        + ".";

    /// <summary>An image of a batch.</summary>
    internal static Picture Show(Batch batch, int image, IReadOnlyList<string> names, string what)
    {
        var size = (int)batch.Size;
        var (pixels, rows) = (3 * size * size, (int)batch.Boxes.Shape[1]);
        var boxes = batch.Boxes.As<float>().Slice(image * rows * 4, rows * 4);
        TargetCell[] cells = [.. TargetCell.Of(batch, image)];
        using var shown = ImageNormalization.Read(batch.Images.As<float>().Slice(image * pixels, pixels), size);
        var objects = new List<PictureBox>();
        for (var row = 0; row < rows; row++)
        {
            var (x, y, width, height) = (boxes[row * 4], boxes[(row * 4) + 1], boxes[(row * 4) + 2], boxes[(row * 4) + 3]);
            if (width > 0 && height > 0)
            {
                // A box has its class in its target alone.
                var cell = cells.FirstOrDefault(one =>
                    one.Column == (int)(x * size / one.Stride) && one.Row == (int)(y * size / one.Stride)
                );
                var name = cell.Stride == 0 ? "no target" : names.ElementAtOrDefault(cell.Class) ?? "?";
                objects.Add(
                    new(
                        (x - (width / 2)) * size,
                        (y - (height / 2)) * size,
                        (x + (width / 2)) * size,
                        (y + (height / 2)) * size,
                        cell.Class,
                        cell.Score is > 0 and < 1 ? string.Create(CultureInfo.InvariantCulture, $"{name} {cell.Score:0.00}") : name
                    )
                );
            }
        }

        var levels = cells
            .GroupBy(cell => cell.Level)
            .Select(level => string.Create(CultureInfo.InvariantCulture, $"level {level.Key}: {level.Count()}"));
        var caption = cells.Length == 0 ? $"{what}; no targets" : $"{what}; targets at {string.Join(", ", levels)}";
        return Picture.Of(shown, caption, objects) with { Cells = [.. cells] };
    }
}
