using System.Globalization;

namespace PPYolo.Data.Coco;

/// <summary>
/// The numbers that stand for ids which are texts in a file. COCO's ids are whole numbers; other tools write names.
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
        if (!numbers.TryGetValue(text, out var number))
        {
            numbers.Add(text, number = First - numbers.Count);
        }

        return number;
    }

    /// <summary>The number of a text; of one that was not seen, the number that it writes, or one that is no id.</summary>
    public long Find(string text) =>
        numbers.TryGetValue(text, out var number) ? number
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number
        : Unknown;

    /// <summary>The number of a number: that of the text which writes it, where there is such a one.</summary>
    public long Find(long id) =>
        numbers.Count > 0 && numbers.TryGetValue(id.ToString(CultureInfo.InvariantCulture), out var number) ? number : id;
}
