namespace PPYolo.Align.Formats.Pickling;

/// <summary>A tensor of a type that is not known here: it is named, and not read.</summary>
/// <param name="What">Its type, such as complex64, or sparse.</param>
/// <param name="Count">The number of its elements, where that is known; else 1.</param>
internal sealed record UnreadTensor(string What, long Count)
{
    /// <inheritdoc />
    public override string ToString() => $"a tensor of type {What}";
}
