namespace PPYolo.MakeScenes;

/// <summary>The pixels of an object.</summary>
/// <param name="Left">The first column.</param>
/// <param name="Top">The first row.</param>
/// <param name="Right">The last column.</param>
/// <param name="Bottom">The last row.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct Painted(int Left, int Top, int Right, int Bottom, int Count)
{
    public Painted With(int x, int y) => new(Math.Min(Left, x), Math.Min(Top, y), Math.Max(Right, x), Math.Max(Bottom, y), Count + 1);
}
