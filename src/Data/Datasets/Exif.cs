using System.Buffers.Binary;

namespace PPYolo.Data.Datasets;

/// <summary>The orientation that cameras note in images.</summary>
internal static class Exif
{
    private const int OrientationTag = 0x0112;
    private const int EntrySize = 12;

    private static ReadOnlySpan<byte> Mark => "Exif\0\0"u8;

    /// <summary>Whether a JPEG's application segment asks that width and height be exchanged.</summary>
    public static bool IsOnItsSide(ReadOnlySpan<byte> segment) => segment.StartsWith(Mark) && IsOnItsSideInTiff(segment[Mark.Length..]);

    /// <summary>The same of the notes themselves, which have the form of a TIFF file.</summary>
    public static bool IsOnItsSideInTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || (tiff[0] != tiff[1]) || tiff[0] is not ((byte)'I' or (byte)'M'))
        {
            return false;
        }

        var big = tiff[0] == 'M';
        var directory = Number(tiff[4..], 4, big);
        if (directory > tiff.Length - 2)
        {
            return false;
        }

        var count = Number(tiff[(int)directory..], 2, big);
        for (var at = directory + 2; count > 0 && at + EntrySize <= tiff.Length; at += EntrySize, count--)
        {
            if (Number(tiff[(int)at..], 2, big) == OrientationTag)
            {
                return Number(tiff[((int)at + 8)..], 2, big) is >= 5 and <= 8;
            }
        }

        return false;
    }

    private static long Number(ReadOnlySpan<byte> bytes, int size, bool big) =>
        (size, big) switch
        {
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (_, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        };
}
