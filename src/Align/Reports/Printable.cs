using System.Globalization;

namespace PPYolo.Align.Reports;

/// <summary>
/// Text from files as it may go to a console: a line feed or an escape sequence in a name must not become part of a report's form.
/// </summary>
public static class Printable
{
    /// <summary>Longer messages are cut in their middle: they begin with the file, and end with what to do.</summary>
    public const int MostLetters = 1200;

    private const int EndLetters = 300;

    /// <summary>The text with control characters written as \u001b.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tabs">Whether tabs stay.</param>
    public static string Of(string text, bool tabs = false) =>
        text.Any(letter => IsControl(letter, tabs)) || HasLoneSurrogate(text)
            ? string.Concat(text.Select((_, index) => Letter(text, index, tabs)))
            : text;

    /// <summary>A message of any number of lines, each printable and of a length that can be read.</summary>
    public static string Message(string text) =>
        string.Join(
            '\n',
            text.ReplaceLineEndings("\n")
                .Split('\n')
                .Select(line => line.Length <= MostLetters ? line : $"{line[..(MostLetters - EndLetters)]} ... {line[^EndLetters..]}")
                .Select(line => Of(line))
        );

    private static string Letter(string text, int index, bool tabs) =>
        IsControl(text[index], tabs) || IsLone(text, index) ? $"\\u{(int)text[index]:x4}" : text[index].ToString();

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsLone(text, i))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLone(string text, int index) =>
        char.IsSurrogate(text[index])
        && !(char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        && !(char.IsLowSurrogate(text[index]) && index > 0 && char.IsHighSurrogate(text[index - 1]));

    // Marks of writing direction turn what follows them round.
    private static bool IsControl(char letter, bool tabs) =>
        (char.IsControl(letter) && !(tabs && letter == '\t'))
        || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
