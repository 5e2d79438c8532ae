using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>A block of elements that tensors of a PyTorch file lie in; its data are elsewhere in the file.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The element type, or null where tensors bring their own.</param>
/// <param name="Count">The number of elements; of bytes where it is untyped.</param>
internal sealed record TorchStorage(string Key, ElementType? Type, long Count)
{
    /// <summary>Bytes of one of what is counted.</summary>
    public int ItemSize => Type?.Size() ?? 1;

    /// <inheritdoc />
    public override string ToString() => $"storage '{Key}'";
}
