using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PPYolo.Align.Tensors;

/// <summary>The memory of a contiguous CPU tensor, which this keeps.</summary>
internal sealed unsafe class ElementMemory : MemoryManager<byte>
{
    private readonly Tensor tensor;
    private readonly byte* start;
    private readonly int length;

    public ElementMemory(Tensor tensor)
    {
        this.tensor = tensor;
        var bytes = tensor.bytes;
        start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        length = bytes.Length;
    }

    private byte* Start =>
        tensor.IsInvalid
            ? throw new ObjectDisposedException(
                nameof(Tensor),
                "the tensor whose elements are read was disposed; keep it, or read a copy (ToData)"
            )
            : start;

    public override Span<byte> GetSpan() => new(Start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex, pinnable: this);

    /// <summary>The tensor's memory does not move.</summary>
    public override void Unpin() { }

    /// <summary>The tensor is its owner's.</summary>
    protected override void Dispose(bool disposing) { }
}
