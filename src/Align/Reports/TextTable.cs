using System.Text;

namespace PPYolo.Align.Reports;

/// <summary>Columns of text, as wide as their widest cell; never wrapped, so that it can be searched and pasted.</summary>
/// <param name="header">The titles of the columns.</param>
public sealed class TextTable(IReadOnlyList<string> header)
{
    private const int MostLetters = 300;

    private readonly List<IReadOnlyList<string>> rows = [header];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public void Add(IReadOnlyList<string> row) => rows.Add([.. row.Select(Cell)]);

    // Names from files are of any length and have any letters.
    private static string Cell(string text) => Printable.Of(text.Length <= MostLetters ? text : text[..MostLetters] + "...");

    /// <summary>The whole table, a line for each row.</summary>
    public override string ToString()
    {
        var widths = new int[header.Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }

        return text.ToString();
    }
}
