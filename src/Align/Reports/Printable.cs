using System.Globalization;

namespace PPYolo.Align.Reports;

/// <summary>
/// Text from files as it may go to a console: a line feed or an escape sequence in a name must not become part of a report's form.
/// </summary>
public static class Printable
{
    /// <summary>The text with control characters written as \u001b.</summary>
    public static string Of(string text) =>
        text.Any(IsControl) ? string.Concat(text.Select(letter => IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString())) : text;

    // Marks of writing direction turn what follows them round.
    private static bool IsControl(char letter) =>
        char.IsControl(letter)
        || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
