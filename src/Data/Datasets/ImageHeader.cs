using System.Buffers.Binary;

namespace PPYolo.Data.Datasets;

/// <summary>
/// What can be said of an image file without decoding it: its size, and whether its end is there. Some versions of decoders fill the
/// missing part of a file that stops early with grey and report nothing.
/// </summary>
/// <param name="Width">In pixels; 0 where the format is unknown.</param>
/// <param name="Height">In pixels; 0 where the format is unknown.</param>
/// <param name="DataStart">Where the compressed pixels start.</param>
internal readonly record struct ImageHeader(int Width, int Height, int DataStart)
{
    /// <summary>More pixels than this are refused before memory is taken for them.</summary>
    public const long MostPixels = 1L << 27;

    private const int UsualBits = 24;

    // Length, type and checksum.
    private const int PngChunk = 12;

    /// <summary>What a decoder takes for a pixel, in bits.</summary>
    public long Bits { get; init; } = UsualBits;

    /// <summary>Whether the file asks that width and height be exchanged when it is shown (EXIF orientation 5 to 8).</summary>
    public bool IsOnItsSide { get; init; }

    /// <summary>Reads the header of an image.</summary>
    /// <param name="bytes">The file, or its beginning.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    /// <returns>The header; zeros where the format is unknown, which is no problem here.</returns>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes, out string? problem)
    {
        problem = null;
        ImageHeader? header = bytes switch
        {
            [] => null,
            [0xFF, 0xD8, ..] => ReadJpeg(bytes),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ReadPng(bytes),
            _ => OtherHeaders.Read(bytes),
        };
        if (header is null)
        {
            problem = bytes.IsEmpty ? "expected an image, the file is empty" : "expected an image, the file stops within its header";
        }
        else if (header.Value is var (width, height, _) && (Int128)width * height * header.Value.Bits > MostPixels * UsualBits)
        {
            var deep = header.Value.Bits > UsualBits ? $" of {header.Value.Bits} bits each" : "";
            problem =
                $"expected an image of at most {MostPixels * UsualBits / Math.Max(UsualBits, header.Value.Bits)} pixels{deep}, found "
                + $"{width}x{height}";
        }

        return header ?? default;
    }

    /// <summary>Whether the file goes on to the end of its pixels; true for formats other than JPEG and PNG.</summary>
    public bool IsWhole(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xFF, 0xD8, ..] => bytes[DataStart..].IndexOf([(byte)0xFF, (byte)0xD9]) >= 0,
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => HasEveryChunk(bytes),
            _ => true,
        };

    // A decoder takes memory for a chunk before it looks whether the file has it.
    private static bool HasEveryChunk(ReadOnlySpan<byte> bytes)
    {
        for (var at = 8L; at + PngChunk <= bytes.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)at..]);
            if (at + PngChunk + length > bytes.Length)
            {
                return false;
            }

            if (bytes.Slice((int)at + 4, 4).SequenceEqual("IEND"u8))
            {
                return true;
            }

            at += PngChunk + length;
        }

        return false;
    }

    private static ImageHeader? ReadJpeg(ReadOnlySpan<byte> bytes)
    {
        var size = default(ImageHeader);
        var side = false;
        for (var at = 2; at + 4 <= bytes.Length; )
        {
            var marker = bytes[at + 1];
            if (bytes[at] != 0xFF || marker == 0xFF)
            {
                // Padding before a marker.
                at++;
                continue;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += 2;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            // Application segment 1 has the camera's notes.
            if (marker == 0xE1 && at + 2 + length <= bytes.Length)
            {
                side |= Exif.IsOnItsSide(bytes.Slice(at + 4, Math.Max(0, length - 2)));
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (at + 9 > bytes.Length)
                {
                    return null;
                }

                size = new(
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]),
                    0
                );
            }

            at += 2 + length;
            if (marker == 0xDA)
            {
                return size.Width > 0 && size.Height > 0 ? size with { DataStart = Math.Min(at, bytes.Length), IsOnItsSide = side } : null;
            }
        }

        return null;
    }

    private static ImageHeader? ReadPng(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 33 || !bytes[12..16].SequenceEqual("IHDR"u8))
        {
            return null;
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
            height = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        return width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue
            ? new((int)width, (int)height, 33) { IsOnItsSide = HasTurn(bytes) }
            : null;
    }

    private static bool HasTurn(ReadOnlySpan<byte> bytes)
    {
        for (var at = 8L; at + PngChunk <= bytes.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)at..]);
            var type = bytes.Slice((int)at + 4, 4);
            if (type.SequenceEqual("eXIf"u8) && at + 8 + length <= bytes.Length)
            {
                return Exif.IsOnItsSideInTiff(bytes.Slice((int)at + 8, (int)length));
            }

            at += PngChunk + length;
        }

        return false;
    }
}
