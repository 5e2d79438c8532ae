using OpenCvSharp;
using PPYolo.Align;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Data.Imaging;

/// <summary>Boxes with captions on an image, and the image as a file.</summary>
internal static class Drawing
{
    private const HersheyFonts Font = HersheyFonts.HersheySimplex;
    private const int Margin = 2;
    private const int JpegQuality = 92;
    private const int PageQuality = 80;

    // Hues that follow each other at the golden ratio never come near one another again.
    private const double GoldenRatio = 0.618033988749895;

    /// <summary>Draws a box, and its caption above it, or inside where there is no room.</summary>
    /// <param name="image">The image; changed.</param>
    /// <param name="box">Left, top, right and bottom in pixels.</param>
    /// <param name="caption">Text; what the font does not have becomes a question mark.</param>
    /// <param name="kind">Things of the same kind have the same colour.</param>
    public static void Box(PixelImage image, (float Left, float Top, float Right, float Bottom) box, string caption, int kind) =>
        OpenCv.Over(
            image,
            mat =>
            {
                var colour = ColourOf(kind);
                // Lines and letters that can be read both in a thumbnail and in a photograph.
                var thickness = Math.Max(1, Math.Min(image.Width, image.Height) / 300);
                var scale = Math.Max(0.35, Math.Min(image.Width, image.Height) / 900.0);
                var (left, top) = ((int)Math.Round(box.Left), (int)Math.Round(box.Top));
                Cv2.Rectangle(
                    mat,
                    new Point(left, top),
                    new Point((int)Math.Round(box.Right), (int)Math.Round(box.Bottom)),
                    colour,
                    thickness
                );
                var size = Cv2.GetTextSize(caption, Font, scale, thickness, out var baseline);
                var height = size.Height + baseline + Margin;
                var upper = top >= height ? top - height : top;
                var start = Math.Max(0, Math.Min(left, image.Width - size.Width - Margin));
                Cv2.Rectangle(mat, new Rect(start, upper, size.Width + Margin, height), colour, -1);
                Cv2.PutText(
                    mat,
                    caption,
                    new Point(start + 1, upper + size.Height + 1),
                    Font,
                    scale,
                    Luminance(colour) > 140 ? Scalar.Black : Scalar.White,
                    thickness,
                    LineTypes.AntiAlias
                );
            }
        );

    /// <summary>Whether pictures are written in the format that a file's extension names.</summary>
    public static bool KeepsName(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png";

    /// <summary>
    /// Writes an image in the format that the extension names, or as PNG where OpenCV has none for it; the file is whole or not there.
    /// </summary>
    /// <returns>The file.</returns>
    /// <exception cref="AlignException">It cannot be written.</exception>
    public static string Write(PixelImage image, string path)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (!KeepsName(path))
        {
            (path, extension) = (path + ".png", ".png");
        }

        byte[] bytes = [];
        OpenCv.Over(
            image,
            mat =>
            {
                using var turned = new Mat();
                Cv2.CvtColor(mat, turned, ColorConversionCodes.RGB2BGR);
                Cv2.ImEncode(extension, turned, out bytes, new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality));
            }
        );
        NewFile.Write(path, stream => stream.Write(bytes));
        return path;
    }

    /// <summary>An image as JPEG.</summary>
    /// <param name="image">The image; floats are rounded and clipped to bytes.</param>
    /// <param name="most">Its longer side, in pixels, where it is longer.</param>
    public static byte[] Jpeg(PixelImage image, int most)
    {
        byte[] bytes = [];
        OpenCv.Over(
            image,
            mat =>
            {
                using Mat converted = new(),
                    turned = new();
                mat.ConvertTo(converted, MatType.CV_8UC3);
                Cv2.CvtColor(converted, turned, ColorConversionCodes.RGB2BGR);
                var scale = Math.Min(1, (double)most / Math.Max(image.Width, image.Height));
                if (scale < 1)
                {
                    Cv2.Resize(turned, turned, default, scale, scale, InterpolationFlags.Area);
                }

                Cv2.ImEncode(".jpg", turned, out bytes, new ImageEncodingParam(ImwriteFlags.JpegQuality, PageQuality));
            }
        );
        return bytes;
    }

    private static Scalar ColourOf(int kind)
    {
        var hue = kind * GoldenRatio % 1 * 6;
        return new(Channel(5), Channel(3), Channel(1));

        double Channel(int n)
        {
            var k = (n + hue) % 6;
            return 255 * (1 - (0.85 * Math.Clamp(Math.Min(k, 4 - k), 0, 1)));
        }
    }

    private static double Luminance(Scalar rgb) => (0.299 * rgb.Val0) + (0.587 * rgb.Val1) + (0.114 * rgb.Val2);
}
