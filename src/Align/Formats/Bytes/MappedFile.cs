using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// A file mapped into memory for reading. Its pages are the page cache's own: nothing is copied, and only what is looked at counts as this
/// process's memory.
/// </summary>
/// <remarks>
/// A mapping that nobody disposes stays until the process ends, deliberately: a span into it does not keep this object alive, so that
/// unmapping from a finalizer could pull the memory away under a loop. What leaks is address space. The file must not be cut short in place
/// while it is mapped; replacing it by a rename, as every writer here does, is harmless.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor view;
    private readonly SafeFileHandle handle;
    private byte* start;

    public MappedFile(SafeFileHandle handle, long length)
    {
        this.handle = handle;
        Length = length;
        using var mapping = MemoryMappedFile.CreateFromFile(
            handle,
            null,
            0,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: true
        );
        view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    public long Length { get; }

    /// <summary>The bytes at an offset; the caller has checked the bounds.</summary>
    public Span<byte> Span(long offset, int length) => new(Pointer(offset), length);

    public byte* Pointer(long offset)
    {
        ObjectDisposedException.ThrowIf(start == null, "the named tensors that this file is mapped for");
        return start + offset;
    }

    /// <summary>Reads into a buffer through the file, so that pages that are needed once do not become this process's memory.</summary>
    public int Read(long offset, Span<byte> buffer) => RandomAccess.Read(handle, buffer, offset);

    public void Dispose()
    {
        if (start != null)
        {
            start = null;
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            handle.Dispose();
        }
    }
}
