using System.Globalization;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>
/// Parses the Python literal of a .npy header: a dict of exactly descr, fortran_order and shape. Anything that is not such a literal is
/// refused.
/// </summary>
internal sealed class NpyHeaderParser(string text, ByteSource source)
{
    private int position;

    public NpyHeader Parse(int dataOffset)
    {
        NpyType? type = null;
        bool? fortran = null;
        long[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            var key = ParseText();
            Expect(':');
            switch (key)
            {
                case "descr" when type is null:
                    type = ParseType();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = ParseBool();
                    break;
                case "shape" when shape is null:
                    shape = ParseShape();
                    break;
                default:
                    throw Bad($"the key '{key}'");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        Blanks();
        if (position < text.Length)
        {
            throw Bad("more after it");
        }

        return type is null || fortran is null || shape is null
            ? throw Bad("only part of these")
            : new NpyHeader(type, fortran.Value, shape, dataOffset);
    }

    private NpyType ParseType()
    {
        Blanks();
        if (Peek is not ('[' or '('))
        {
            return NpyType.Parse(ParseText());
        }

        // Fields: lists and tuples of strings and numbers.
        var open = 0;
        do
        {
            switch (Peek)
            {
                case '\'' or '"':
                    ParseText();
                    continue;
                case '[' or '(':
                    open++;
                    break;
                case ']' or ')':
                    open--;
                    break;
                case '\0':
                    throw Bad("its end");
                default:
                    break;
            }

            position++;
        } while (open > 0);
        return NpyType.Structured;
    }

    private string ParseText()
    {
        Blanks();
        var quote = Peek;
        if (quote is not ('\'' or '"'))
        {
            throw Bad(quote == '\0' ? "its end" : $"'{quote}' at {position}");
        }

        var end = text.IndexOf(quote, position + 1);
        var content = end < 0 ? "\\" : text[(position + 1)..end];
        if (content.Contains('\\', StringComparison.Ordinal))
        {
            throw Bad("a string that has no end, or escapes");
        }

        position = end + 1;
        return content;
    }

    private bool ParseBool()
    {
        Blanks();
        foreach (var (word, value) in new[] { ("True", true), ("False", false) })
        {
            if (text.AsSpan(position).StartsWith(word, StringComparison.Ordinal))
            {
                position += word.Length;
                return value;
            }
        }

        throw Bad($"neither True nor False at {position}");
    }

    private long[] ParseShape()
    {
        var shape = new List<long>();
        Expect('(');
        while (!Accept(')'))
        {
            shape.Add(ParseExtent());
            if (shape.Count > NpyHeader.MaxRank)
            {
                throw Bad($"more than {NpyHeader.MaxRank} dimensions");
            }

            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. shape];
    }

    private long ParseExtent()
    {
        Blanks();
        var start = position;
        position += Peek == '-' ? 1 : 0;
        while (char.IsAsciiDigit(Peek))
        {
            position++;
        }

        var digits = text.AsSpan(start, position - start);
        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var extent))
        {
            throw Bad($"an extent that is no 64-bit number at {start}");
        }

        // Python 2 wrote its long integers so.
        position += Peek == 'L' ? 1 : 0;
        return extent >= 0 ? extent : throw source.Error("extents that are not negative", $"{extent}");
    }

    private char Peek => position < text.Length ? text[position] : '\0';

    private bool Accept(char wanted)
    {
        Blanks();
        if (Peek != wanted)
        {
            return false;
        }

        position++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted))
        {
            throw Bad($"no '{wanted}' at {position}");
        }
    }

    private void Blanks()
    {
        while (Peek is ' ' or '\n' or '\t')
        {
            position++;
        }
    }

    private AlignException Bad(string found) => source.Error("a .npy header of 'descr', 'fortran_order' and 'shape'", found);
}
