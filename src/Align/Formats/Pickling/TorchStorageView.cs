namespace PPYolo.Align.Formats.Pickling;

/// <summary>A part of a storage, as PyTorch wrote before 0.4.</summary>
/// <param name="Storage">The whole.</param>
/// <param name="Offset">The first element's place in it.</param>
/// <param name="Count">The number of elements.</param>
internal sealed record TorchStorageView(TorchStorage Storage, long Offset, long Count)
{
    /// <inheritdoc />
    public override string ToString() => $"part of {Storage}";
}
