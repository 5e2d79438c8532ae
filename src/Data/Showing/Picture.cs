using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PPYolo.Align.Reports;
using PPYolo.Data.Imaging;

namespace PPYolo.Data.Showing;

/// <summary>An image with boxes, and the cells of the levels that have them as targets, as a figure of a page.</summary>
/// <param name="Jpeg">The image.</param>
/// <param name="Width">In pixels, as boxes count them.</param>
/// <param name="Height">In pixels, as boxes count them.</param>
/// <param name="Caption">What it shows.</param>
/// <param name="Boxes">The objects.</param>
internal sealed record Picture(byte[] Jpeg, int Width, int Height, string Caption, ImmutableArray<PictureBox> Boxes)
{
    // Wide enough for three beside each other on a screen.
    private const int MostPixels = 480;

    /// <summary>The cells of targets.</summary>
    public ImmutableArray<TargetCell> Cells { get; init; } = [];

    /// <summary>A picture of an image.</summary>
    public static Picture Of(PixelImage image, string caption, IEnumerable<PictureBox> boxes) =>
        new(Drawing.Jpeg(image, MostPixels), image.Width, image.Height, caption, [.. boxes]);

    /// <summary>The figure.</summary>
    public string Html()
    {
        var unit = Math.Max(Width, Height) / 100.0;
        var names = string.Join(", ", Boxes.Select(box => box.Name).Where(name => name.Length > 0));
        var label = Boxes.IsEmpty ? $"{Caption}: no objects" : $"{Caption}: {names}";
        var html = new StringBuilder();
        Append($"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text(label)}\">");
        Append($"<image width=\"{Width}\" height=\"{Height}\" preserveAspectRatio=\"none\" ");
        Append($"href=\"data:image/jpeg;base64,{Convert.ToBase64String(Jpeg)}\"/>\n");
        foreach (var cell in Cells)
        {
            Append($"<rect class=\"level{cell.Level}\" x=\"{cell.Column * cell.Stride}\" y=\"{cell.Row * cell.Stride}\" ");
            Append(
                $"width=\"{cell.Stride}\" height=\"{cell.Stride}\" stroke-width=\"{unit:0.##}\" stroke-dasharray=\"{2 * unit:0.##}\"/>\n"
            );
        }

        foreach (var box in Boxes)
        {
            // What was missed is dashed too: not everybody tells colours apart.
            var (stroke, fill) = box.Look is null
                ? ($"style=\"stroke:{ClassColours.Of(box.Class)}\"", $"style=\"fill:{ClassColours.Of(box.Class)};")
                : ($"class=\"{box.Look}\"", $"class=\"{box.Look}\" style=\"");
            var dashes =
                box.Look == "missed" ? string.Create(CultureInfo.InvariantCulture, $" stroke-dasharray=\"{2.5 * unit:0.##}\"") : "";
            Append($"<rect x=\"{box.Left:0.##}\" y=\"{box.Top:0.##}\" width=\"{Math.Max(0, box.Right - box.Left):0.##}\" ");
            Append($"height=\"{Math.Max(0, box.Bottom - box.Top):0.##}\" {stroke} stroke-width=\"{unit:0.##}\"{dashes}/>");
            // What begins far to the right would leave the picture there.
            var (x, anchor) = box.Left > Width / 2.0 ? (Math.Min(Width, box.Right) - unit, " text-anchor=\"end\"") : (box.Left + unit, "");
            Append($"<text x=\"{x:0.##}\"{anchor} y=\"{Math.Max(4.5 * unit, box.Top - unit):0.##}\" ");
            Append($"{fill}font-size:{4.5 * unit:0.##}px;paint-order:stroke;stroke:#000;stroke-width:{unit:0.##}px\">");
            Append($"{HtmlPage.Text(box.Name)}</text>\n");
        }

        Append($"</svg><figcaption>{HtmlPage.Text(Caption)}</figcaption></figure>\n");
        return html.ToString();

        void Append(FormattableString text) => html.Append(text.ToString(CultureInfo.InvariantCulture));
    }
}
