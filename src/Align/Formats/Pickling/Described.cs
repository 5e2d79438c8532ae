namespace PPYolo.Align.Formats.Pickling;

/// <summary>A value that has no meaning here and no tensor in it, such as a complex number.</summary>
/// <param name="What">What it is.</param>
internal sealed record Described(string What)
{
    /// <summary>As a value.</summary>
    public static PickleValue Value(string what) => new(PickleKind.Other, new Described(what));

    /// <inheritdoc />
    public override string ToString() => What;
}
