namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// The bytes of a file, or of a part of one, with bounds that hold: whoever asks for bytes that are not there gets an <see
/// cref="AlignException"/> that names the file and the part. Big files are mapped, small ones are read.
/// </summary>
internal sealed class ByteSource : IDisposable
{
    /// <summary>
    /// Files from this size on are mapped: below it a copy is cheaper than the system calls, and an undisposed mapping is not worth having.
    /// </summary>
    public const long MapFrom = 1 << 16;

    private readonly MappedFile? mapped;
    private readonly ReadOnlyMemory<byte> read;
    private readonly long start;

    /// <summary>Bytes that are in memory already.</summary>
    public ByteSource(ReadOnlyMemory<byte> bytes, string label)
    {
        read = bytes;
        Length = bytes.Length;
        Label = label;
    }

    private ByteSource(MappedFile? mapped, ReadOnlyMemory<byte> read, long start, long length, string label)
    {
        this.mapped = mapped;
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
    public static ByteSource Open(string path, long mapFrom = MapFrom)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            try
            {
                var length = RandomAccess.GetLength(handle);
                if (length > 0 && length >= mapFrom)
                {
                    var file = new MappedFile(handle, length);
                    handle = null;
                    return new ByteSource(file, default, 0, length, path);
                }

                var bytes = new byte[length];
                var count = 0;
                for (int more; count < bytes.Length && (more = RandomAccess.Read(handle, bytes.AsSpan(count), count)) > 0; )
                {
                    count += more;
                }

                return new ByteSource(bytes.AsMemory(0, count), path);
            }
            finally
            {
                handle?.Dispose();
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AlignException($"{path}: there is no such file; check the path", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AlignException(
                $"{path}: cannot be read ({error.Message.TrimEnd('.')}); give the path of a file that this user may read",
                error
            );
        }
    }

    /// <summary>A part of these bytes.</summary>
    public ByteSource Part(long offset, long length, string label)
    {
        Check(offset, length);
        return mapped is null
            ? new ByteSource(null, read.Slice((int)offset, (int)length), 0, length, label)
            : new ByteSource(mapped, default, start + offset, length, label);
    }

    /// <summary>Bytes without a copy, for as long as the source is not disposed.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, long length)
    {
        Check(offset, length);
        if (length > Array.MaxLength)
        {
            throw Error("at most 2 GiB in one piece", $"{length} bytes", "split the tensor");
        }

        return mapped is null ? read.Slice((int)offset, (int)length) : new MappedMemory(mapped, start + offset, (int)length).Memory;
    }

    /// <summary>Bytes to look at now.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return mapped is null ? read.Span.Slice((int)offset, length) : mapped.Span(start + offset, length);
    }

    /// <summary>The byte at an offset.</summary>
    public byte this[long offset] => Span(offset, 1)[0];

    /// <summary>
    /// Copies bytes, through the file where there is one: for bytes that are needed once, such as compressed ones, so that their pages do
    /// not count as memory of this process beside what is made of them.
    /// </summary>
    public void CopyTo(long offset, Span<byte> target)
    {
        Check(offset, target.Length);
        if (mapped is null)
        {
            read.Span.Slice((int)offset, target.Length).CopyTo(target);
            return;
        }

        for (var done = 0; done < target.Length; )
        {
            var count = mapped.Read(start + offset + done, target[done..]);
            if (count == 0)
            {
                throw Error($"{Length} bytes", "fewer since it was opened", "do not change the file while it is read");
            }

            done += count;
        }
    }

    /// <summary>The error of something in these bytes that is not as it must be.</summary>
    public AlignException Error(string expected, string found, string advice = Advice.Damaged, Exception? inner = null)
    {
        var message = $"{Label}: expected {expected}, found {found}; {advice}";
        return inner is null ? new AlignException(message) : new AlignException(message, inner);
    }

    /// <inheritdoc />
    public void Dispose() => mapped?.Dispose();

    private void Check(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length || length > Length - offset)
        {
            throw Error($"{length} bytes at offset {offset}", $"only {Length} bytes");
        }
    }
}
