using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Zip;

/// <summary>
/// Writes a zip archive into a stream that can seek. Data start at multiples of 64 bytes, as PyTorch writes them, so that a reader that
/// maps the file finds aligned elements. An entry is below 4 GiB, since its pieces are spans; the archive may be larger and its entries
/// more than 65535, by zip64.
/// </summary>
/// <param name="stream">Where the archive goes; it stays open.</param>
/// <param name="alwaysZip64">Writes zip64 fields also where they are not needed, for tests.</param>
internal sealed class ZipWriter(Stream stream, bool alwaysZip64 = false)
{
    private const int Alignment = 64;

    // It stays in the second cache.
    private const int PieceBytes = 1 << 18;
    private const int LocalSize = 30;
    private const ushort PaddingId = 0x4246;

    // Names are UTF-8.
    private const ushort Flags = 1 << 11;

    // 1 January 1980, the first day that the format knows: files with the same content are the same bytes.
    private const ushort Date = (1 << 5) | 1;

    private readonly List<ZipEntry> entries = [];
    private byte[] piece = [];

    /// <summary>Adds a file made of two pieces. The second may lie in another file: then it is never in memory as a whole.</summary>
    public void Add(string name, ReadOnlySpan<byte> head, ReadOnlyMemory<byte> body, bool compress = false)
    {
        if (compress || !MemoryMarshal.TryGetMemoryManager<byte, LateMemory>(body, out var late, out var start, out _))
        {
            Add(name, head, body.Span, compress);
            return;
        }

        if (piece.Length == 0)
        {
            piece = GC.AllocateUninitializedArray<byte>(PieceBytes);
        }

        if (body.Length <= PieceBytes)
        {
            late.Read(start, piece.AsSpan(0, body.Length));
            Add(name, head, piece.AsSpan(0, body.Length));
            return;
        }

        RequireShort(name);
        var begin = stream.Position;
        var size = (long)head.Length + body.Length;
        // The checksum is known at the end, and put into the header then.
        var entry = new ZipEntry(name, false, size, size, 0, begin);
        stream.Write(LocalHeader(entry));
        stream.Write(head);
        var crc = new Crc32();
        crc.Append(head);
        for (int done = 0, count; done < body.Length; done += count)
        {
            count = Math.Min(PieceBytes, body.Length - done);
            var part = piece.AsMemory(0, count);
            late.Read(start + done, part.Span);
            // Both take about as long.
            var summing = Task.Run(() => crc.Append(part.Span));
            try
            {
                stream.Write(part.Span);
            }
            finally
            {
                summing.Wait();
            }
        }

        entry = entry with { Crc = crc.GetCurrentHashAsUInt32() };
        var end = stream.Position;
        stream.Position = begin;
        stream.Write(LocalHeader(entry));
        stream.Position = end;
        entries.Add(entry);
    }

    /// <summary>Adds a file made of two pieces.</summary>
    public void Add(string name, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool compress = false)
    {
        RequireShort(name);
        var crc = new Crc32();
        crc.Append(head);
        crc.Append(body);
        var start = stream.Position;
        var size = (long)head.Length + body.Length;
        var entry = new ZipEntry(name, compress, size, size, crc.GetCurrentHashAsUInt32(), start);
        var header = LocalHeader(entry);
        stream.Write(header);
        if (compress)
        {
            using (var deflater = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            {
                deflater.Write(head);
                deflater.Write(body);
            }

            entry = entry with { CompressedSize = stream.Position - start - header.Length };
            stream.Position = start;
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(18), (uint)entry.CompressedSize);
            stream.Write(header);
            stream.Position += entry.CompressedSize;
        }
        else
        {
            stream.Write(head);
            stream.Write(body);
        }

        entries.Add(entry);
    }

    private static void RequireShort(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > ushort.MaxValue)
        {
            throw new AlignException($"expected names of at most {ushort.MaxValue} bytes, found '{name[..40]}...'; rename the tensor");
        }
    }

    /// <summary>Ends the archive with its directory.</summary>
    public void Finish()
    {
        var directory = stream.Position;
        foreach (var entry in entries)
        {
            WriteCentral(entry);
        }

        var size = stream.Position - directory;
        if (alwaysZip64 || entries.Count >= ushort.MaxValue || size >= uint.MaxValue || directory >= uint.MaxValue)
        {
            WriteZip64End(directory, size);
        }

        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)Math.Min(entries.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)Math.Min(entries.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)Math.Min(size, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)Math.Min(directory, uint.MaxValue));
        stream.Write(end);
    }

    private static byte[] LocalHeader(ZipEntry entry)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);

        // The padding is an extra field of its own, whose four bytes of id and length are always there.
        var unpadded = entry.Offset + LocalSize + name.Length + 4;
        var padding = (int)((Alignment - (unpadded % Alignment)) % Alignment);
        var header = new byte[LocalSize + name.Length + 4 + padding];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 20);
        WriteCommon(entry, name.Length, header.AsSpan(6));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)(4 + padding));
        name.CopyTo(header.AsSpan(LocalSize));
        var extra = header.AsSpan(LocalSize + name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingId);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        return header;
    }

    private void WriteCentral(ZipEntry entry)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var big = alwaysZip64 || entry.Offset >= uint.MaxValue;
        var header = new byte[46 + name.Length + (big ? 28 : 0)];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), (ushort)(big ? 45 : 20));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), (ushort)(big ? 45 : 20));
        WriteCommon(entry, name.Length, header.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), (uint)Math.Min(entry.Offset, uint.MaxValue));
        name.CopyTo(header.AsSpan(46));
        if (big)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), uint.MaxValue);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), uint.MaxValue);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), uint.MaxValue);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(30), 28);
            var extra = header.AsSpan(46 + name.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(extra, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], 24);
            BinaryPrimitives.WriteInt64LittleEndian(extra[4..], entry.Size);
            BinaryPrimitives.WriteInt64LittleEndian(extra[12..], entry.CompressedSize);
            BinaryPrimitives.WriteInt64LittleEndian(extra[20..], entry.Offset);
        }

        stream.Write(header);
    }

    // Flags, method, time, date, CRC, sizes and the length of the name stand in both headers in this order.
    private static void WriteCommon(ZipEntry entry, int nameLength, Span<byte> fields)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(fields, Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[2..], (ushort)(entry.Deflated ? 8 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(fields[6..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[8..], entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[12..], (uint)entry.CompressedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[16..], (uint)entry.Size);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[20..], (ushort)nameLength);
    }

    private void WriteZip64End(long directory, long size)
    {
        var record = new byte[56 + 20];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(4), 44);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(12), 45);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(14), 45);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(32), entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(40), size);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(48), directory);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(56), 0x07064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(64), directory + size);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(72), 1);
        stream.Write(record);
    }
}
