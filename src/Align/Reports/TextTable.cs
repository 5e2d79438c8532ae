using System.Text;

namespace PPYolo.Align.Reports;

/// <summary>Columns of text, as wide as their widest cell; never wrapped, so that it can be searched and pasted.</summary>
internal sealed class TextTable(IReadOnlyList<string> header)
{
    private readonly List<IReadOnlyList<string>> rows = [header];

    public void Add(IReadOnlyList<string> row) => rows.Add(row);

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
