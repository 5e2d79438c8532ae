using System.Buffers;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>A part of a mapped file as memory. It does not own the mapping.</summary>
internal sealed unsafe class MappedMemory(MappedFile file, long offset, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => file.Span(offset, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(file.Pointer(offset + elementIndex));

    public override void Unpin() { }

    protected override void Dispose(bool disposing) { }
}
