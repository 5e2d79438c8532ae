using System.Buffers.Binary;
using System.Text;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Zip;

/// <summary>
/// Reads the central directory of a zip archive. The framework's ZipArchive does not say where an entry's data lie, which mapping them
/// needs.
/// </summary>
internal static class ZipDirectory
{
    private const int EndSize = 22;
    private const int MaxAppended = 1 << 26;
    private const int LocatorSize = 20;
    private const int CentralSize = 46;
    private const int LocalSize = 30;

    private static ReadOnlySpan<byte> EndMark => [(byte)'P', (byte)'K', 5, 6];

    /// <summary>Whether the bytes begin as a zip archive does.</summary>
    public static bool Begins(ByteSource file) =>
        file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file.Span(0, 4)) is 0x04034b50 or 0x06054b50;

    /// <summary>All entries in the directory's order.</summary>
    /// <exception cref="AlignException">The archive is damaged, encrypted, names an entry twice, or its entries overlap.</exception>
    public static IReadOnlyList<ZipEntry> Read(ByteSource file)
    {
        var (count, size, offset) = FindDirectory(file);
        if (offset < 0 || size < 0 || offset > file.Length || size > file.Length - offset || count > size / CentralSize)
        {
            throw file.Error("a zip directory within the file", $"{count} entries in {size} bytes at {offset}");
        }

        var entries = new List<ZipEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var position = offset;
        for (var index = 0L; index < count; index++)
        {
            var entry = ReadEntry(file, ref position, offset + size);
            if (!names.Add(entry.Name))
            {
                throw file.Error("each entry once", $"'{entry.Name}' twice", "write the file again with names that differ");
            }

            entries.Add(entry);
        }

        CheckOverlap(file, entries, offset);
        return entries;
    }

    private static (long Count, long Size, long Offset) FindDirectory(ByteSource file)
    {
        // The end record is last but for a comment of at most 65535 bytes.
        var tailLength = (int)Math.Min(file.Length, EndSize + ushort.MaxValue);
        var tail = file.Span(file.Length - tailLength, tailLength);
        for (var at = tailLength - EndSize; at >= 0; at--)
        {
            var end = tail[at..];
            if (
                BinaryPrimitives.ReadUInt32LittleEndian(end) == 0x06054b50
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndSize
            )
            {
                long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
                long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
                long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
                return FindZip64Directory(file, file.Length - tailLength + at) ?? (count, size, offset);
            }
        }

        throw More(file) is var more and > 0
            ? file.Error("the end of a zip archive at the end of the file", $"{more} more bytes", Advice.Longer)
            : file.Error("the directory at the end of a zip archive", "none");
    }

    /// <summary>How many bytes were appended to an archive that is whole; 0 where none is.</summary>
    private static long More(ByteSource file)
    {
        var length = (int)Math.Min(file.Length, MaxAppended);
        var tail = file.Span(file.Length - length, length);
        for (var at = tail.LastIndexOf(EndMark); at >= 0; at = tail[..at].LastIndexOf(EndMark))
        {
            var rest = length - at - EndSize;
            if (rest >= 0 && rest >= BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]))
            {
                return rest - BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]);
            }
        }

        return 0;
    }

    private static (long Count, long Size, long Offset)? FindZip64Directory(ByteSource file, long end)
    {
        if (end < LocatorSize || BinaryPrimitives.ReadUInt32LittleEndian(file.Span(end - LocatorSize, 4)) != 0x07064b50)
        {
            return null;
        }

        var at = BinaryPrimitives.ReadInt64LittleEndian(file.Span(end - LocatorSize + 8, 8));
        var record = file.Span(at, 56);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != 0x06064b50)
        {
            throw file.Error($"the zip64 end record at {at}", "something else");
        }

        return (
            BinaryPrimitives.ReadInt64LittleEndian(record[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[48..])
        );
    }

    private static ZipEntry ReadEntry(ByteSource file, ref long position, long directoryEnd)
    {
        if (position > directoryEnd - CentralSize)
        {
            throw file.Error("another entry in the zip directory", "its end");
        }

        var header = file.Span(position, CentralSize);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        var whole = (long)CentralSize + nameLength + extraLength + commentLength;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x02014b50 || whole > directoryEnd - position)
        {
            throw file.Error($"a zip directory entry at {position}", "something else");
        }

        var name = DecodeName(file.Span(position + CentralSize, nameLength));
        ReadZip64Extra(file, file.Span(position + CentralSize + nameLength, extraLength), name, ref size, ref compressed, ref offset);
        position += whole;

        if ((flags & 1) != 0 || method is not (0 or 8))
        {
            var found = (flags & 1) != 0 ? "an encrypted one" : $"method {method}";
            throw file.Error($"entry '{name}' stored or deflated", found, "write the file again without it");
        }

        var entry = new ZipEntry(name, method == 8, compressed, size, crc, FindData(file, offset, name));
        if (compressed < 0 || size < 0 || compressed > file.Length - entry.Offset || (method == 0 && compressed != size))
        {
            throw file.Error($"entry '{name}' within the file", $"{compressed} bytes for {size} at {entry.Offset}");
        }

        return entry;
    }

    private static void ReadZip64Extra(
        ByteSource file,
        ReadOnlySpan<byte> extra,
        string name,
        ref long size,
        ref long compressed,
        ref long offset
    )
    {
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                break;
            }

            if (id == 1)
            {
                var values = extra.Slice(4, length);
                Replace(file, ref values, name, ref size);
                Replace(file, ref values, name, ref compressed);
                Replace(file, ref values, name, ref offset);
                return;
            }

            extra = extra[(4 + length)..];
        }
    }

    // The extra field holds only those values that do not fit in 32 bits, in a fixed order.
    private static void Replace(ByteSource file, ref ReadOnlySpan<byte> values, string name, ref long value)
    {
        if (value != uint.MaxValue)
        {
            return;
        }

        if (values.Length < 8)
        {
            throw file.Error($"the 64-bit sizes of entry '{name}'", "none");
        }

        value = BinaryPrimitives.ReadInt64LittleEndian(values);
        values = values[8..];
    }

    private static long FindData(ByteSource file, long header, string name)
    {
        // By itself: headers of large entries lie far apart, and what follows is their data.
        Span<byte> local = stackalloc byte[LocalSize];
        file.CopyTo(header, local);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != 0x04034b50)
        {
            throw file.Error($"the local header of entry '{name}' at {header}", "something else");
        }

        var data =
            header
            + LocalSize
            + BinaryPrimitives.ReadUInt16LittleEndian(local[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        return data <= file.Length ? data : throw file.Error($"the data of entry '{name}' at {data}", $"only {file.Length} bytes");
    }

    // Entries that share data are how a small archive unpacks to petabytes.
    private static void CheckOverlap(ByteSource file, List<ZipEntry> entries, long directory)
    {
        var end = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.CompressedSize))
        {
            if (entry.Offset < end || entry.CompressedSize > directory - entry.Offset)
            {
                throw file.Error($"the data of entry '{entry.Name}' for itself", "that it overlaps with something else");
            }

            end = entry.Offset + entry.CompressedSize;
        }
    }

    private static string DecodeName(ReadOnlySpan<byte> name)
    {
        // Whatever the flag says, writers of today mean UTF-8; what is none is of a single-byte code page, and then only ASCII matters.
        return System.Text.Unicode.Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : Encoding.Latin1.GetString(name);
    }
}
