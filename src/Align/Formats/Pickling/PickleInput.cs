using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Reads the pieces of a pickle one after the other.</summary>
internal sealed class PickleInput(ByteSource source, long start)
{
    // The longest names are those of modules; nothing on the list has more than 40 characters.
    private const int MaxLine = 1024;

    // Integers are counts, and the magic number of ten bytes; what is longer costs time to no use.
    private const int MaxInteger = 255;

    public ByteSource Source => source;

    public long Position { get; private set; } = start;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Float() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A two's complement integer of any length that is sensible.</summary>
    public PickleValue Integer(long length)
    {
        if (length is < 0 or > MaxInteger)
        {
            throw source.Error($"integers of at most {MaxInteger} bytes", $"{length}");
        }

        return Fitted(new BigInteger(Take((int)length)));
    }

    /// <summary>An integer in decimal digits to the end of the line; 00 and 01 are truth values.</summary>
    public PickleValue IntegerInText()
    {
        var text = Line();
        if (text is "00" or "01")
        {
            return text == "01";
        }

        return BigInteger.TryParse(text.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Fitted(value)
            : throw source.Error("an integer in digits", $"'{(text.Length <= 40 ? text : text[..40] + "...")}'");
    }

    /// <summary>Bytes that stay where they are.</summary>
    public ByteSource Block(long length)
    {
        var block = source.Part(Position, length, source.Label);
        Position += length;
        return block;
    }

    /// <summary>Text to the end of the line.</summary>
    public string Line()
    {
        var window = source.Span(Position, (int)Math.Min(MaxLine, source.Length - Position));
        var length = window.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw source.Error("a name that ends", $"none within {window.Length} bytes");
        }

        Position += length + 1;
        return Encoding.UTF8.GetString(window[..length]);
    }

    private static PickleValue Fitted(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? (long)value : new PickleValue(PickleKind.Int, value);

    private ReadOnlySpan<byte> Take(int length)
    {
        var bytes = source.Span(Position, length);
        Position += length;
        return bytes;
    }
}
