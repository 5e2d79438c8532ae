using System.Globalization;
using System.Text;

namespace PPYolo.Data.Coco;

/// <summary>
/// A result as text for people, in percent as papers print it. Files carry the numbers unrounded (<see cref="CocoResultFile"/>).
/// </summary>
public static class CocoSummary
{
    private static readonly string[] Meanings =
    [
        "overlap 0.50:0.95, all sizes, 100 detections",
        "overlap 0.50",
        "overlap 0.75",
        "objects up to 32 x 32",
        "objects from 32 x 32 to 96 x 96",
        "objects from 96 x 96",
        "recall with 1 detection per image and category",
        "recall with 10",
        "recall with 100",
        "recall of objects up to 32 x 32",
        "recall of objects from 32 x 32 to 96 x 96",
        "recall of objects from 96 x 96",
    ];

    /// <summary>The stats with what they mean.</summary>
    internal static IEnumerable<(string Name, string Percent, string Meaning)> Rows(CocoResult result) =>
        result.Stats.Select((value, i) => (CocoResult.StatNames[i], Percent(value), Meanings[i]));

    /// <summary>Twelve lines of stats, what they were measured on, AP by category and the notes.</summary>
    public static string Format(CocoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = new StringBuilder();
        Append(text, $"{result.Images} images, {result.Annotations} objects, {result.Detections} detections\n");
        for (var i = 0; i < result.Stats.Length; i++)
        {
            Append(text, $"{CocoResult.StatNames[i], -9} {Percent(result.Stats[i]), 6}  {Meanings[i]}\n");
        }

        text.Append("AP by category\n");
        foreach (var category in result.PerCategory)
        {
            Append(text, $"{Percent(category.AveragePrecision), 16}  {category.Category.Name}\n");
        }

        foreach (var note in result.Notes)
        {
            Append(text, $"note: {note}\n");
        }

        return text.ToString();
    }

    /// <summary>A metric in percent with two decimals; - where it is undefined.</summary>
    public static string Percent(double value) =>
        value == CocoResult.Undefined ? "-" : (value * 100).ToString("F2", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture));
}
