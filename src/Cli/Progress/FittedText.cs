using System.Text;
using System.Text.RegularExpressions;

namespace PPYolo.Cli.Progress;

/// <summary>
/// Text on a terminal: a row of a table that is too long loses the end of its last columns, a sentence goes on in the next line. Files and
/// pipes get everything.
/// </summary>
internal static partial class FittedText
{
    private const int Least = 20;
    private const string More = "...";

    /// <summary>A text as the console takes it.</summary>
    public static string Of(string text) =>
        Console.IsOutputRedirected || Console.WindowWidth < Least ? text : Fit(text, Console.WindowWidth);

    /// <summary>A text in so many columns; no word is divided that has room in a line.</summary>
    public static string Fit(string text, int width)
    {
        var fitted = new StringBuilder();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            fitted.Append(
                line.Length <= width ? line
                : IsRow(line) ? Shortened(line, width)
                : Wrapped(line, width)
            );
            fitted.Append('\n');
        }

        return fitted.ToString(0, fitted.Length - 1);
    }

    // Cells are set apart by two spaces or more; one gap is that behind a title.
    private static bool IsRow(string line) => Gaps().Count(line.TrimStart()) > 1;

    private static string Shortened(string line, int width)
    {
        var end = line.LastIndexOf(' ', width - More.Length - 1);
        return end > 0 ? $"{line[..end].TrimEnd()} {More}" : line[..(width - More.Length)] + More;
    }

    private static string Wrapped(string line, int width)
    {
        var title = Gaps().Match(line, line.Length - line.TrimStart().Length);
        var start =
            title.Success && title.Index + title.Length < width / 2 ? title.Index + title.Length : line.Length - line.TrimStart().Length;
        var lines = new StringBuilder(line[..start]);
        var at = start;
        foreach (var word in line[start..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at > start && at + 1 + word.Length > width)
            {
                lines.Append('\n').Append(' ', start);
                at = start;
            }
            else if (at > start)
            {
                lines.Append(' ');
                at++;
            }

            lines.Append(word);
            at += word.Length;
        }

        return lines.ToString();
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gaps();
}
