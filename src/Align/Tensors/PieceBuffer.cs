using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PPYolo.Align.Tensors;

/// <summary>
/// Gives pieces of tensors to one thread, one after the other. What lies in a file is read into the same memory again and again: fresh
/// memory for each tensor costs more than reading it.
/// </summary>
internal sealed class PieceBuffer
{
    private byte[] memory = [];

    /// <summary>Some elements, until the next call.</summary>
    /// <param name="tensor">Elements of the size of T.</param>
    /// <param name="from">The first.</param>
    /// <param name="to">The one after the last.</param>
    public ReadOnlySpan<T> Elements<T>(TensorData tensor, int from, int to)
        where T : unmanaged
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, LateMemory>(tensor.Bytes, out var late, out var start, out _))
        {
            return MemoryMarshal.Cast<byte, T>(tensor.Bytes.Span)[from..to];
        }

        var length = (to - from) * Unsafe.SizeOf<T>();
        if (memory.Length < length)
        {
            memory = GC.AllocateUninitializedArray<byte>(length);
        }

        var piece = memory.AsSpan(0, length);
        late.Read(start + (from * Unsafe.SizeOf<T>()), piece);
        return MemoryMarshal.Cast<byte, T>(piece);
    }

    /// <summary>Some elements as a tensor of one dimension, until the next call.</summary>
    public TensorData Piece(TensorData tensor, long from, int count)
    {
        var size = tensor.Type.Size();
        if (!MemoryMarshal.TryGetMemoryManager<byte, LateMemory>(tensor.Bytes, out _))
        {
            return new(tensor.Type, [count], tensor.Bytes.Slice((int)(from * size), count * size));
        }

        _ = Elements<byte>(tensor, (int)(from * size), (int)((from + count) * size));
        return new(tensor.Type, [count], memory.AsMemory(0, count * size));
    }
}
