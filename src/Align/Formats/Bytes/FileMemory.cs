using System.Buffers;
using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// A part of a file as memory, read when it is first looked at. What nobody looks at any more may be forgotten and read again, so that
/// files larger than the memory can be compared. It does not own the file.
/// </summary>
internal sealed class FileMemory(FileBytes file, long begin, int length) : LateMemory
{
    private readonly Lock reading = new();
    private readonly WeakReference<byte[]?> content = new(null);

    // The framework's own would look at the content to see how long it is.
    public override Memory<byte> Memory => CreateMemory(length);

    public override Span<byte> GetSpan() => Content();

    public override void Read(int offset, Span<byte> target)
    {
        if (content.TryGetTarget(out var there))
        {
            file.ThrowIfClosed();
            there.AsSpan(offset, target.Length).CopyTo(target);
            return;
        }

        file.Read(begin + offset, target);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        var pinned = GCHandle.Alloc(Content(), GCHandleType.Pinned);
        unsafe
        {
            return new((byte*)pinned.AddrOfPinnedObject() + elementIndex, pinned);
        }
    }

    // A handle frees what it pins itself.
    public override void Unpin() { }

    protected override void Dispose(bool disposing) { }

    private byte[] Content()
    {
        file.ThrowIfClosed();
        if (content.TryGetTarget(out var there))
        {
            return there;
        }

        lock (reading)
        {
            if (!content.TryGetTarget(out var bytes))
            {
                bytes = GC.AllocateUninitializedArray<byte>(length);
                file.Read(begin, bytes);
                content.SetTarget(bytes);
            }

            return bytes;
        }
    }
}
