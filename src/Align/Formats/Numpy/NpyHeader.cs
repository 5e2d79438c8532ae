using System.Buffers.Binary;
using System.Text;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>The header of a .npy file.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Fortran">Whether the first index runs fastest.</param>
/// <param name="Shape">The extents.</param>
/// <param name="DataOffset">Where the elements begin.</param>
internal sealed record NpyHeader(NpyType Type, bool Fortran, long[] Shape, int DataOffset)
{
    /// <summary>Enough bytes of a file for its header. NumPy itself refuses headers of more than 10000 characters.</summary>
    public const int MaxLength = 1 << 16;

    /// <summary>NumPy arrays have at most so many dimensions.</summary>
    public const int MaxRank = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Whether the bytes begin as a .npy file does.</summary>
    public static bool Begins(ByteSource source) => source.Length >= 6 && source.Span(0, 6).SequenceEqual(Magic);

    /// <summary>Reads a header.</summary>
    /// <exception cref="AlignException">It is none, or describes what cannot be read.</exception>
    public static NpyHeader Read(ByteSource source)
    {
        if (!Begins(source))
        {
            throw source.Error("a NumPy array (.npy)", "something else");
        }

        var version = source[6];
        if (version is < 1 or > 3)
        {
            throw source.Error("version 1, 2 or 3 of the .npy format", $"version {version}", "save it with numpy.save");
        }

        var start = version == 1 ? 10 : 12;
        var length =
            version == 1
                ? BinaryPrimitives.ReadUInt16LittleEndian(source.Span(8, 2))
                : BinaryPrimitives.ReadUInt32LittleEndian(source.Span(8, 4));
        if (length > MaxLength - start)
        {
            throw source.Error(
                $"a .npy header below {MaxLength} bytes",
                $"{length}",
                "structured arrays are not read: save their fields one by one"
            );
        }

        var text = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(source.Span(start, (int)length));
        return new NpyHeaderParser(text, source).Parse(start + (int)length);
    }

    /// <summary>The number of bytes of the elements.</summary>
    public long DataLength(ByteSource source)
    {
        try
        {
            return checked(TensorData.CountOf(Shape) * Type.ItemSize);
        }
        catch (Exception error) when (error is AlignException or OverflowException)
        {
            throw source.Error("a shape that memory can hold", string.Join('x', Shape), inner: error);
        }
    }

    /// <summary>Makes the header of a C-ordered array, padded so that the elements are aligned to 64 bytes.</summary>
    public static byte[] Write(string type, ReadOnlySpan<long> shape)
    {
        var extents = shape.Length == 1 ? $"{shape[0]}," : string.Join(", ", shape.ToArray());
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({extents}), }}";
        var total = (10 + text.Length + 1 + 63) / 64 * 64;
        var header = new byte[total];
        header.AsSpan(10).Fill((byte)' ');
        header[^1] = (byte)'\n';
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        return header;
    }
}
