using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>A block of elements that tensors of a PyTorch file lie in; its data are elsewhere in the file.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The element type, or null where tensors bring their own, or it is not known here.</param>
/// <param name="Count">The number of elements; of bytes where it is untyped.</param>
/// <param name="Unread">The element type where it is not known here.</param>
/// <param name="UnreadSize">Bytes of an element of such a type.</param>
internal sealed record TorchStorage(string Key, ElementType? Type, long Count, string? Unread = null, int UnreadSize = 1)
{
    /// <summary>Bytes of one of what is counted.</summary>
    public int ItemSize => Type?.Size() ?? UnreadSize;

    /// <inheritdoc />
    public override string ToString() => $"storage '{Key}'";
}
