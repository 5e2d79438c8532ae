using System.Globalization;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>
/// A line of a YOLO label file: the class, then centre and size of the box, or the corners of an outline, as fractions of the image's
/// width and height.
/// </summary>
/// <param name="Class">The class, from 0.</param>
/// <param name="Box">The box, as fractions.</param>
internal readonly record struct YoloLine(int Class, CocoBox Box)
{
    private const string Form = "'class x y width height' or 'class x1 y1 x2 y2 x3 y3 ...'";

    // Boxes that touch the edge are rounded over it.
    private const double Slack = 0.01;

    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>Reads a line.</summary>
    /// <param name="text">The line, which is not empty.</param>
    /// <param name="isPose">Whether points of a pose stand behind the box.</param>
    /// <param name="line">What it says.</param>
    /// <returns>What was expected and what was found, or null where it could be read.</returns>
    public static string? Parse(string text, bool isPose, out YoloLine line)
    {
        line = default;
        var words = text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5 || (!isPose && words.Length % 2 == 0))
        {
            return $"expected {Form}, found {words.Length} values";
        }

        var numbers = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (
                !double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i])
            )
            {
                return $"expected {Form}, found '{Shortened(words[i])}' as value {i + 1}";
            }
        }

        if (numbers[0] != Math.Floor(numbers[0]) || numbers[0] is < 0 or > int.MaxValue)
        {
            return $"expected a class from 0, found '{Shortened(words[0])}'";
        }

        var used = words.Length == 5 || isPose ? numbers.AsSpan(1, 4) : numbers.AsSpan(1);
        foreach (var number in used)
        {
            if (number is < -Slack or > 1 + Slack)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"expected fractions of the image's width and height, from 0 to 1, found {number}"
                );
            }
        }

        line = new((int)numbers[0], used.Length == 4 ? Centred(used) : Around(used));
        return null;
    }

    /// <summary>The box in pixels.</summary>
    public CocoBox In(int width, int height) => new(Box.X * width, Box.Y * height, Box.Width * width, Box.Height * height);

    private static CocoBox Centred(ReadOnlySpan<double> box) => new(box[0] - (box[2] / 2), box[1] - (box[3] / 2), box[2], box[3]);

    private static CocoBox Around(ReadOnlySpan<double> outline)
    {
        var (left, top, right, bottom) = (outline[0], outline[1], outline[0], outline[1]);
        for (var i = 2; i < outline.Length; i += 2)
        {
            (left, right) = (Math.Min(left, outline[i]), Math.Max(right, outline[i]));
            (top, bottom) = (Math.Min(top, outline[i + 1]), Math.Max(bottom, outline[i + 1]));
        }

        return new(left, top, right - left, bottom - top);
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
