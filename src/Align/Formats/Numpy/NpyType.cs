using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>What NumPy's type strings such as "&lt;f4" say.</summary>
/// <param name="Element">The element type, or null for text.</param>
/// <param name="ItemSize">Bytes of one element.</param>
/// <param name="BigEndian">Whether the bytes of an element come in the reverse of this library's order.</param>
internal sealed record NpyType(ElementType? Element, int ItemSize, bool BigEndian)
{
    /// <summary>Whether elements are UCS-4 text of a fixed length.</summary>
    public bool IsText => Element is null;

    /// <summary>Understands a type string.</summary>
    /// <exception cref="AlignException">The type is not one of numbers, truth values or unicode text.</exception>
    public static NpyType Parse(string text, ByteSource source)
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
            return new NpyType(null, characters * 4, bigEndian);
        }

        var element = name switch
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
            _ => throw source.Error(
                "elements of a numeric type of at most 64 bits",
                $"dtype '{Shorten(text)}'",
                "convert the array with astype before saving it; arrays of objects are programs and are never read"
            ),
        };
        return new NpyType(element, element.Size(), bigEndian && element.Size() > 1);
    }

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
