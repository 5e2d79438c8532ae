namespace PPYolo.Train.Inference.Export;

/// <summary>The extent of an axis of what goes into a graph or comes out.</summary>
/// <param name="Value">The extent; without a meaning where there is a name.</param>
/// <param name="Name">What an extent is called that may be any; null where it is fixed.</param>
internal readonly record struct Extent(long Value, string? Name)
{
    public static implicit operator Extent(long value) => new(value, null);

    public static implicit operator Extent(string name) => new(0, name);
}
