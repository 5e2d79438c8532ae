using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Zip;

/// <summary>
/// Gives the data of zip entries: stored ones as a part of the archive, without a copy; deflated ones unpacked, within a budget.
/// </summary>
internal static class ZipContent
{
    // What deflate can do at most, by its format: 258 bytes from two bits.
    private const long MaxRatio = 1032;

    // It stays in the second cache.
    private const int PieceBytes = 1 << 17;

    /// <summary>The label of an entry in messages.</summary>
    public static string Label(ByteSource file, ZipEntry entry) => $"{file.Label}, entry '{entry.Name}'";

    /// <summary>The first bytes of an entry, at most as many as asked for.</summary>
    public static ByteSource Prefix(ByteSource file, ZipEntry entry, int length)
    {
        var part = file.Part(entry.Offset, entry.CompressedSize, Label(file, entry));
        length = (int)Math.Min(length, entry.Size);
        if (!entry.Deflated)
        {
            return part.Part(0, length, part.Label);
        }

        var bytes = new byte[length];
        Inflate(part, bytes, whole: false);
        return new ByteSource(bytes, part.Label);
    }

    /// <summary>The data of an entry.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="budget">Bounds what is unpacked.</param>
    /// <param name="verify">Whether the CRC is checked.</param>
    public static ByteSource Open(ByteSource file, ZipEntry entry, AllocationBudget budget, bool verify)
    {
        var content = file.Part(entry.Offset, entry.CompressedSize, Label(file, entry));
        if (entry.Deflated)
        {
            if (entry.Size / MaxRatio > entry.CompressedSize)
            {
                throw content.Error($"at most {MaxRatio} bytes from each compressed one", $"{entry.Size} from {entry.CompressedSize}");
            }

            var bytes = budget.Allocate(entry.Size, content);
            Inflate(content, bytes, whole: true);
            content = new ByteSource(bytes, content.Label);
        }

        if (verify)
        {
            Verify([(content, entry.Crc)]);
        }

        return content;
    }

    /// <summary>Checks the CRCs of entries, several at a time.</summary>
    /// <exception cref="AlignException">One is another; of several the first in order is named.</exception>
    public static void Verify(IReadOnlyList<(ByteSource Content, uint Expected)> entries)
    {
        // The longest first: whoever is ready early finds something short to do.
        var order = Enumerable.Range(0, entries.Count).OrderByDescending(i => entries[i].Content.Length).ToList();
        var found = new uint[entries.Count];
        _ = InOrder.Select(order, i => found[i] = Crc(entries[i].Content));
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] != entries[i].Expected)
            {
                throw entries[i].Content.Error($"data with CRC-32 {entries[i].Expected:x8}", $"{found[i]:x8}");
            }
        }
    }

    private static uint Crc(ByteSource content)
    {
        var crc = new Crc32();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(content.Length, PieceBytes));
        for (long offset = 0, count; offset < content.Length; offset += count)
        {
            count = Math.Min(content.Length - offset, buffer.Length);
            content.CopyTo(offset, buffer.AsSpan(0, (int)count));
            crc.Append(buffer.AsSpan(0, (int)count));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return crc.GetCurrentHashAsUInt32();
    }

    private static void Inflate(ByteSource compressed, Span<byte> target, bool whole)
    {
        try
        {
            using var inflater = new DeflateStream(new SourceStream(compressed), CompressionMode.Decompress);
            var count = inflater.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            if (count < target.Length || (whole && inflater.ReadByte() >= 0))
            {
                throw compressed.Error($"{target.Length} bytes when unpacked", count < target.Length ? $"{count}" : "more");
            }
        }
        catch (InvalidDataException error)
        {
            throw compressed.Error("deflated data", "something else", inner: error);
        }
    }
}
