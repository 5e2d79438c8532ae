using System.Buffers.Binary;
using OpenCvSharp;

namespace PPYolo.Tests.Unit.Data.Datasets;

/// <summary>Images of 6 by 4 pixels that ask to be turned.</summary>
internal static class TurnedImages
{
    private const int Width = 6,
        Height = 4;

    /// <summary>As cameras and editors write it: an extended file whose notes stand behind the pixels.</summary>
    public static byte[] WebP(int orientation)
    {
        using var pixels = new Mat(Height, Width, MatType.CV_8UC3, new Scalar(10, 120, 240));
        var plain = pixels.ToBytes(".webp");
        byte[] notes = [.. "II*\0\b\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0"u8, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        byte[] chunks = [.. Chunk("VP8X"u8, [0x08, 0, 0, 0, Width - 1, 0, 0, Height - 1, 0, 0]), .. plain[12..], .. Chunk("EXIF"u8, notes)];
        return [.. Chunk("RIFF"u8, [.. "WEBP"u8, .. chunks])];
    }

    /// <summary>Without compression, in one strip.</summary>
    public static byte[] Tiff(int orientation)
    {
        const int Entries = 10,
            BitsAt = 8 + 2 + (Entries * 12) + 4,
            PixelsAt = BitsAt + 6;
        var file = new byte[PixelsAt + (Width * Height * 3)];
        "II*\0\b\0\0\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), Entries);
        (int Tag, int Type, int Count, int Value)[] entries =
        [
            (256, 3, 1, Width),
            (257, 3, 1, Height),
            (258, 3, 3, BitsAt),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, PixelsAt),
            (274, 3, 1, orientation),
            (277, 3, 1, 3),
            (278, 3, 1, Height),
            (279, 4, 1, Width * Height * 3),
        ];
        for (var i = 0; i < Entries; i++)
        {
            var at = file.AsSpan(10 + (i * 12));
            BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)entries[i].Type);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], entries[i].Count);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], entries[i].Value);
        }

        for (var sample = 0; sample < 3; sample++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(BitsAt + (2 * sample)), 8);
        }

        return file;
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] content)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, content.Length);
        return [.. name, .. size, .. content, .. content.Length % 2 == 1 ? new byte[1] : []];
    }
}
