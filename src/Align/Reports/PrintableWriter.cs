using System.Text;

namespace PPYolo.Align.Reports;

/// <summary>Writes lines to a console: escaped as <see cref="Printable"/> does, and cut where they would fill a screen.</summary>
/// <param name="inner">The console.</param>
public sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    /// <summary>Longer lines are cut.</summary>
    public const int MostLetters = 4000;

    private int letters;

    /// <inheritdoc />
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc />
    public override void Write(char value) => Write([value]);

    /// <inheritdoc />
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc />
    public override void WriteLine(string? value) => Write(value + Environment.NewLine);

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (buffer.Length > 0)
        {
            var end = buffer.IndexOf('\n');
            var line = end < 0 ? buffer : buffer[..end];
            Piece(end > 0 && line[^1] == '\r' ? line[..^1] : line);
            if (end < 0)
            {
                return;
            }

            inner.Write(letters > MostLetters ? $"... ({letters - MostLetters} more letters){Environment.NewLine}" : Environment.NewLine);
            letters = 0;
            buffer = buffer[(end + 1)..];
        }
    }

    /// <inheritdoc />
    public override void Flush() => inner.Flush();

    private void Piece(ReadOnlySpan<char> text)
    {
        var left = Math.Clamp(MostLetters - letters, 0, text.Length);
        letters += text.Length;
        inner.Write(Printable.Of(text[..left].ToString(), tabs: true));
    }
}
