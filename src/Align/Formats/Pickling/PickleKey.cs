using System.Globalization;
using System.Text;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>What a key of a dict is compared by.</summary>
internal static class PickleKey
{
    // Tuples as keys are pairs of numbers or names; a tuple of tuples of tuples would double with every level.
    private const int MaxText = 4096;

    private static readonly object None = new();

    private sealed record Tuple(string Text);

    private sealed record Bytes(string Text);

    /// <summary>What Python would compare; null where a value is no key in Python, such as a list.</summary>
    public static object? Of(PickleValue key) =>
        key.Kind switch
        {
            PickleKind.None => None,
            PickleKind.Text => key.AsText(),
            PickleKind.Bool or PickleKind.Int or PickleKind.Float => key.Content,
            PickleKind.Bytes when key.AsBytes().Length <= MaxText => new Bytes(Encoding.Latin1.GetString(key.AsBytes().Span)),
            PickleKind.Tuple => Write(key, new StringBuilder()) is { } text ? new Tuple(text) : null,
            PickleKind.Tensor => key,
            PickleKind.Other => key.Content,
            _ => null,
        };

    // Each item with its kind and length, so that no two tuples have one text.
    private static string? Write(PickleValue tuple, StringBuilder text)
    {
        if (text.Append('(').Length > MaxText)
        {
            return null;
        }

        foreach (var item in tuple.AsList())
        {
            if (item.Kind == PickleKind.Tuple)
            {
                if (Write(item, text) is null)
                {
                    return null;
                }

                continue;
            }

            if (item.Kind is not (PickleKind.None or PickleKind.Text or PickleKind.Bool or PickleKind.Int or PickleKind.Float))
            {
                return null;
            }

            var one = item.Kind == PickleKind.Text ? item.AsText() : item.ToString();
            text.Append(CultureInfo.InvariantCulture, $"{(int)item.Kind}:{one.Length}:{one},");
            if (text.Length > MaxText)
            {
                return null;
            }
        }

        return text.Append(')').Length > MaxText ? null : text.ToString();
    }
}
