using Microsoft.Win32.SafeHandles;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// A file that is read piece by piece, as its pieces are looked at. It is not mapped into memory: whoever cuts a mapped file short ends
/// every process that looks at it, in a place where nobody can say which file it was.
/// </summary>
/// <param name="handle">The file; it is this object's.</param>
/// <param name="path">Its name, for messages.</param>
internal sealed class FileBytes(SafeFileHandle handle, string path) : IDisposable
{
    // Pickles and directories are read a few bytes at a time, one after the other; headers lie far apart.
    private const int WindowBytes = 1 << 16;
    private const int FirstBytes = 1 << 12;

    private sealed record Window(long Start, byte[] Bytes)
    {
        public long End => Start + Bytes.Length;

        public bool Has(long offset, int length) => offset >= Start && offset + length <= End;
    }

    // Two: an archive's directory is read by turns with the headers that it names.
    private volatile Window? recent;
    private volatile Window? before;

    public long Length { get; } = RandomAccess.GetLength(handle);

    /// <summary>The bytes at an offset; the caller has checked the bounds.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        var (window, other) = (recent, before);
        if (window?.Has(offset, length) != true)
        {
            if (other?.Has(offset, length) == true)
            {
                (window, other) = (other, window);
            }
            else
            {
                // What a window that was read on follows is read on, and that window is not needed any more.
                var goesOn = window is not null && offset >= window.Start && offset <= window.End;
                var otherGoesOn = !goesOn && other is not null && offset >= other.Start && offset <= other.End;
                var bytes = (int)Math.Min(Math.Max(goesOn || otherGoesOn ? WindowBytes : FirstBytes, length), Length - offset);
                other = goesOn ? other : window;
                window = new(offset, GC.AllocateUninitializedArray<byte>(bytes));
                Read(offset, window.Bytes);
            }

            (recent, before) = (window, other);
        }

        ThrowIfClosed();
        return window.Bytes.AsSpan((int)(offset - window.Start), length);
    }

    /// <summary>Fills a buffer from an offset on.</summary>
    /// <exception cref="AlignException">The file has become shorter since it was opened, or the disk does not give it.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        ThrowIfClosed();
        for (var done = 0; done < buffer.Length; )
        {
            int count;
            try
            {
                count = RandomAccess.Read(handle, buffer[done..], offset + done);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new AlignException($"{path}: cannot be read ({error.Message.TrimEnd('.')}); check the disk it is on", error);
            }

            if (count == 0)
            {
                throw new AlignException(
                    $"{path}: expected {Length} bytes, found {RandomAccess.GetLength(handle)}: it was cut short while it was read; wait "
                        + $"until it is whole"
                );
            }

            done += count;
        }
    }

    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(handle.IsClosed, "the named tensors that this file is open for");

    public void Dispose() => handle.Dispose();
}
