using System.Globalization;

namespace PPYolo.Data.Coco;

/// <summary>
/// The numbers that stand for ids which are texts in a file. COCO's ids are whole numbers; other tools write names, or the numbers as
/// texts, which are those numbers.
/// </summary>
internal sealed class CocoIds
{
    // Below all that stand for something else.
    private const long First = -1L << 40;
    private const long Unknown = -1L << 50;

    private readonly Dictionary<string, long> numbers = new(StringComparer.Ordinal);

    /// <summary>The number of a text, a new one where it was not seen before.</summary>
    public long Add(string text)
    {
        if (!numbers.TryGetValue(text, out var number) && !IsNumber(text, out number))
        {
            numbers.Add(text, number = First - numbers.Count);
        }

        return number;
    }

    /// <summary>The number of a text; of one that was not seen, one that is no id.</summary>
    public long Find(string text) => numbers.TryGetValue(text, out var number) || IsNumber(text, out number) ? number : Unknown;

    // 007 is another name than 7.
    private static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
