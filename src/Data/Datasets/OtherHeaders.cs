using System.Buffers.Binary;

namespace PPYolo.Data.Datasets;

/// <summary>The sizes that the headers of images tell that are neither JPEG nor PNG.</summary>
internal static class OtherHeaders
{
    // What decoders take for a pixel, where it is more than a byte for each of three channels.
    private const int UsualBits = 24;
    private const int WaveletBits = 32;

    private const int BmpCoreHeader = 12;
    private const int TiffWidth = 256;
    private const int TiffHeight = 257;
    private const int TiffBits = 258;
    private const int TiffOrientation = 274;
    private const int TiffSamples = 277;

    /// <summary>
    /// Reads the header of an image whose format is known here; null where the bytes end before the size is told. Zeros are the size of
    /// any other file.
    /// </summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [(byte)'B', (byte)'M', ..] => Bmp(bytes),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => bytes.Length < 10 ? null : Of(Short(bytes[6..]), Short(bytes[8..])),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebP(bytes),
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => Tiff(bytes),
            [0, 0, 0, 12, (byte)'j', (byte)'P', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => Jpeg2000(bytes),
            [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)'\n' or (byte)'\r' or (byte)' ' or (byte)'\t' or (byte)'#', ..] => Pnm(bytes),
            _ => default(ImageHeader),
        };

    private static ImageHeader Of(long width, long height, long bits = UsualBits) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue
            ? new((int)width, (int)height, 0) { Bits = Math.Max(UsualBits, bits) }
            : default;

    private static ImageHeader? Bmp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26)
        {
            return null;
        }

        return BinaryPrimitives.ReadInt32LittleEndian(bytes[14..]) == BmpCoreHeader
            ? Of(Short(bytes[18..]), Short(bytes[20..]))
            // Rows from the top have a negative height.
            : Of(BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]), Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[22..])));
    }

    private static ImageHeader? WebP(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30)
        {
            return null;
        }

        var kind = bytes[12..16];
        return kind.SequenceEqual("VP8X"u8) ? Of(1 + Three(bytes[24..]), 1 + Three(bytes[27..])) with { IsOnItsSide = IsOnItsSide(bytes) }
            : kind.SequenceEqual("VP8L"u8) ? Lossless(BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]))
            : Of(Short(bytes[26..]) & 0x3FFF, Short(bytes[28..]) & 0x3FFF);
    }

    /// <summary>Whether the notes of an extended WebP file ask for it.</summary>
    private static bool IsOnItsSide(ReadOnlySpan<byte> bytes)
    {
        for (var at = 12L; at + 8 <= bytes.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)at + 4)..]);
            if (bytes.Slice((int)at, 4).SequenceEqual("EXIF"u8))
            {
                var notes = bytes[((int)at + 8)..];
                return Exif.IsOnItsSideInTiff(notes[..(int)Math.Min(length, notes.Length)]);
            }

            at += 8 + length + (length % 2);
        }

        return false;
    }

    private static ImageHeader Lossless(uint sizes) => Of(1 + (sizes & 0x3FFF), 1 + ((sizes >> 14) & 0x3FFF));

    /// <summary>The first image of a TIFF file; its directory may be anywhere.</summary>
    private static ImageHeader? Tiff(ReadOnlySpan<byte> bytes)
    {
        var big = bytes[0] == 'M';
        var wide = bytes[big ? 3 : 2] == 43;
        var (begin, countSize, entrySize) = wide ? (8, 8, 20) : (4, 2, 12);
        if (Number(bytes, begin, wide ? 8 : 4, big) is not { } directory || Number(bytes, directory, countSize, big) is not { } count)
        {
            return null;
        }

        long width = 0,
            height = 0,
            bits = 8,
            samples = 1,
            orientation = 1;
        for (var i = 0L; i < count; i++)
        {
            var at = directory + countSize + (i * entrySize);
            if (Number(bytes, at, 2, big) is not { } tag || Number(bytes, at + 2, 2, big) is not { } type)
            {
                return null;
            }

            // Two bytes, four or eight; of several values, such as bits of each sample, the first is elsewhere and the usual counts.
            var size = type switch
            {
                3 => 2,
                16 => 8,
                _ => 4,
            };
            if (Number(bytes, at + (wide ? 12 : 8), size, big) is not { } value)
            {
                return null;
            }

            (width, height, bits, samples, orientation) = tag switch
            {
                TiffWidth => (value, height, bits, samples, orientation),
                TiffHeight => (width, value, bits, samples, orientation),
                TiffBits when value <= 64 => (width, height, value, samples, orientation),
                TiffOrientation => (width, height, bits, samples, value),
                TiffSamples => (width, height, bits, value, orientation),
                _ => (width, height, bits, samples, orientation),
            };
        }

        if (orientation is >= 5 and <= 8)
        {
            // The decoder of this format turns by itself, whether it is asked to or not.
            (width, height) = (height, width);
        }

        return Of(width, height, Math.Clamp(bits, 1, 64) * Math.Clamp(samples, 1, ushort.MaxValue));
    }

    private static ImageHeader? Jpeg2000(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOf([(byte)0xFF, (byte)0x4F, (byte)0xFF, (byte)0x51]);
        if (start < 0 || bytes.Length < start + 42)
        {
            return null;
        }

        var size = bytes[(start + 8)..];
        long right = BinaryPrimitives.ReadUInt32BigEndian(size),
            bottom = BinaryPrimitives.ReadUInt32BigEndian(size[4..]);
        var components = BinaryPrimitives.ReadUInt16BigEndian(size[32..]);
        return Of(
            right - BinaryPrimitives.ReadUInt32BigEndian(size[8..]),
            bottom - BinaryPrimitives.ReadUInt32BigEndian(size[12..]),
            (long)components * WaveletBits
        );
    }

    private static ImageHeader? Pnm(ReadOnlySpan<byte> bytes)
    {
        Span<long> size = stackalloc long[2];
        var at = 2;
        foreach (ref var number in size)
        {
            while (at < bytes.Length && bytes[at] is (byte)'#' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                var comment = bytes[at] == '#' ? bytes[at..].IndexOf((byte)'\n') : 1;
                if (comment < 0)
                {
                    return null;
                }

                at += comment;
            }

            // A number that is too large counts as large, not as none.
            for (; at < bytes.Length && char.IsAsciiDigit((char)bytes[at]); at++)
            {
                number = Math.Min((10 * number) + (bytes[at] - '0'), int.MaxValue);
            }

            if (at == bytes.Length)
            {
                return null;
            }
        }

        return Of(size[0], size[1]);
    }

    private static int Short(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static long? Number(ReadOnlySpan<byte> bytes, long at, int size, bool big)
    {
        if (at < 0 || at > bytes.Length - size)
        {
            return null;
        }

        var value = 0UL;
        var number = bytes.Slice((int)at, size);
        for (var i = 0; i < size; i++)
        {
            value = (value << 8) | number[big ? i : size - 1 - i];
        }

        return value <= long.MaxValue / 2 ? (long)value : null;
    }
}
