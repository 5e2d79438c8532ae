using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>What NumPy's type strings such as "&lt;f4" say.</summary>
/// <param name="Element">The element type, or null for text and what is not known here.</param>
/// <param name="ItemSize">Bytes of one element; 0 where it is neither.</param>
/// <param name="BigEndian">Whether the bytes of an element come in the reverse of this library's order.</param>
/// <param name="Other">What elements are that are not read as a tensor, such as complex64 or text; null for others.</param>
/// <param name="IsTensor">Whether such elements could be a tensor's: numbers of a type that is not known, or what nobody can tell.</param>
internal sealed record NpyType(ElementType? Element, int ItemSize, bool BigEndian, string? Other = null, bool IsTensor = true)
{
    private const string Text = "text";

    /// <summary>Elements with fields of their own.</summary>
    public static NpyType Structured { get; } = new(null, 0, false, "a structured dtype");

    /// <summary>Whether elements are UCS-4 text of a fixed length.</summary>
    public bool IsText => Other == Text && ItemSize > 0;

    /// <summary>Understands a type string.</summary>
    public static NpyType Parse(string text)
    {
        var order = text.Length > 0 && text[0] is '<' or '>' or '|' or '=' ? text[0] : '\0';
        var name = order == '\0' ? text : text[1..];
        var bigEndian = order == '>';
        if (
            name.Length > 1
            && name[0] == 'U'
            && int.TryParse(name.AsSpan(1), System.Globalization.NumberStyles.None, null, out var characters)
            && characters <= int.MaxValue / 4
        )
        {
            return new NpyType(null, characters * 4, bigEndian, Text, IsTensor: false);
        }

        ElementType? element = name switch
        {
            "b1" or "?" => ElementType.Bool,
            "u1" => ElementType.UInt8,
            "i1" => ElementType.Int8,
            "u2" => ElementType.UInt16,
            "i2" => ElementType.Int16,
            "u4" => ElementType.UInt32,
            "i4" => ElementType.Int32,
            "u8" => ElementType.UInt64,
            "i8" => ElementType.Int64,
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            _ => null,
        };
        return element is { } known ? new NpyType(known, known.Size(), bigEndian && known.Size() > 1) : Unread(name, text);
    }

    private static NpyType Unread(string name, string text) =>
        (name.Length == 0 ? '\0' : name[0]) switch
        {
            'U' or 'S' or 'a' => new(null, 0, false, Text, IsTensor: false),
            'M' or 'm' => new(null, 0, false, "dates or times", IsTensor: false),
            'c' when int.TryParse(name.AsSpan(1), System.Globalization.NumberStyles.None, null, out var bytes) && bytes <= 64 => new(
                null,
                0,
                false,
                $"complex{bytes * 8}"
            ),
            'O' => new(null, 0, false, $"dtype '{Shorten(text)}': Python objects, which are programs and are never read"),
            _ => new(null, 0, false, $"dtype '{Shorten(text)}'"),
        };

    /// <summary>The type string of an element type, or null where NumPy has none.</summary>
    public static string? Write(ElementType type) =>
        type switch
        {
            ElementType.Bool => "|b1",
            ElementType.UInt8 => "|u1",
            ElementType.Int8 => "|i1",
            ElementType.UInt16 => "<u2",
            ElementType.Int16 => "<i2",
            ElementType.UInt32 => "<u4",
            ElementType.Int32 => "<i4",
            ElementType.UInt64 => "<u8",
            ElementType.Int64 => "<i8",
            ElementType.Float16 => "<f2",
            ElementType.Float32 => "<f4",
            ElementType.Float64 => "<f8",
            _ => null,
        };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
