using System.Buffers;

namespace PPYolo.Align.Tensors;

/// <summary>Bytes of a tensor that are read from where they lie when they are looked at.</summary>
internal abstract class LateMemory : MemoryManager<byte>
{
    /// <summary>Reads some of them, without keeping any.</summary>
    /// <param name="offset">The first, from the beginning of these bytes on.</param>
    /// <param name="target">Is filled.</param>
    public abstract void Read(int offset, Span<byte> target);
}
