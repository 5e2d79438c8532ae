using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>What the ranks of one process show each other: everything twice, because a rank may be one call ahead of another.</summary>
internal sealed class ThreadExchange(int size)
{
    /// <summary>
    /// Tensors up to this size are copied here, added by every rank for itself, and cost one meeting; larger ones are added in place, and
    /// cost two.
    /// </summary>
    public const int SmallBytes = 32 * 1024;

    private readonly byte[][] small =
    [
        .. Enumerable.Range(0, 2 * size).Select(_ => GC.AllocateUninitializedArray<byte>(SmallBytes, pinned: true)),
    ];
    private readonly nint[] addresses = new nint[2 * size];
    private readonly Tensor[] tensors = new Tensor[2 * size];
    private readonly byte[][] messages = [.. Enumerable.Range(0, 2 * size).Select(_ => Array.Empty<byte>())];

    private readonly object?[] lent = new object?[2];

    /// <summary>A rank's buffer for a small tensor.</summary>
    public unsafe nint Small(int parity, int rank) =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref small[(parity * size) + rank][0]);

    /// <summary>The ranks' tensors, where they are not in the CPU's memory.</summary>
    public Span<Tensor> Tensors(int parity) => tensors.AsSpan(parity * size, size);

    /// <summary>The memory of the ranks' tensors.</summary>
    public Span<nint> Addresses(int parity) => addresses.AsSpan(parity * size, size);

    /// <summary>What rank 0 shows the others.</summary>
    public ref object? Lent(int parity) => ref lent[parity];

    /// <summary>The ranks' messages.</summary>
    public Span<byte[]> Messages(int parity) => messages.AsSpan(parity * size, size);
}
