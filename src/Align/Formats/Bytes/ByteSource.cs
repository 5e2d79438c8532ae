using PPYolo.Align.Files;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// The bytes of a file, or of a part of one, with bounds that hold: whoever asks for bytes that are not there gets an <see
/// cref="AlignException"/> that names the file and the part. Big files are read where and when they are looked at, small ones at once.
/// </summary>
internal sealed class ByteSource : IDisposable
{
    /// <summary>
    /// Files from this size on stay on the disk until they are looked at: below it a file is not worth being kept open.
    /// </summary>
    public const long LeaveFrom = 1 << 16;

    private readonly FileBytes? file;
    private readonly ReadOnlyMemory<byte> read;
    private readonly long start;

    /// <summary>Bytes that are in memory already.</summary>
    public ByteSource(ReadOnlyMemory<byte> bytes, string label)
    {
        read = bytes;
        Length = bytes.Length;
        Label = label;
    }

    private ByteSource(FileBytes? file, ReadOnlyMemory<byte> read, long start, long length, string label)
    {
        this.file = file;
        this.read = read;
        this.start = start;
        Length = length;
        Label = label;
    }

    /// <summary>The file, and the entry where there is one, as messages name it.</summary>
    public string Label { get; }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="AlignException">There is no such file, or it cannot be read.</exception>
    public static ByteSource Open(string path, long leaveFrom = LeaveFrom)
    {
        var file = new FileBytes(InputFile.OpenRegular(path), path);
        if (file.Length > 0 && file.Length >= leaveFrom)
        {
            return new ByteSource(file, default, 0, file.Length, path);
        }

        using (file)
        {
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            return new ByteSource(bytes, path);
        }
    }

    /// <summary>A part of these bytes.</summary>
    public ByteSource Part(long offset, long length, string label)
    {
        Check(offset, length);
        return file is null
            ? new ByteSource(null, read.Slice((int)offset, (int)length), 0, length, label)
            : new ByteSource(file, default, start + offset, length, label);
    }

    /// <summary>Bytes without a copy, for as long as the source is not disposed.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, long length)
    {
        Check(offset, length);
        if (length > Array.MaxLength)
        {
            throw Error("at most 2 GiB in one piece", $"{length} bytes", "split the tensor");
        }

        return file is null ? read.Slice((int)offset, (int)length) : new FileMemory(file, start + offset, (int)length).Memory;
    }

    /// <summary>Bytes to look at now.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return file is null ? read.Span.Slice((int)offset, length) : file.Span(start + offset, length);
    }

    /// <summary>The byte at an offset.</summary>
    public byte this[long offset] => Span(offset, 1)[0];

    /// <summary>
    /// Copies bytes: for those that are needed once, such as compressed ones.
    /// </summary>
    public void CopyTo(long offset, Span<byte> target)
    {
        Check(offset, target.Length);
        if (file is null)
        {
            read.Span.Slice((int)offset, target.Length).CopyTo(target);
            return;
        }

        file.Read(start + offset, target);
    }

    /// <summary>The error of something in these bytes that is not as it must be.</summary>
    public AlignException Error(string expected, string found, string advice = Advice.Damaged, Exception? inner = null)
    {
        var message = $"{Label}: expected {expected}, found {found}; {advice}";
        return inner is null ? new AlignException(message) : new AlignException(message, inner);
    }

    /// <inheritdoc />
    public void Dispose() => file?.Dispose();

    private void Check(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length || length > Length - offset)
        {
            throw Error($"{length} bytes at offset {offset}", $"only {Length} bytes");
        }
    }
}
