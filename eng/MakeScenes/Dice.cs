using PPYolo.Align.Generation;

namespace PPYolo.MakeScenes;

/// <summary>Successive draws from a named stream.</summary>
/// <param name="name">The stream's name.</param>
internal sealed class Dice(string name)
{
    private readonly PortableStream stream = new(name);
    private long index;

    /// <summary>In [low, high).</summary>
    public float Between(float low, float high) => low + ((high - low) * stream.Uniform(index++));

    /// <summary>From 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)(stream.Uniform(index++) * count);
}
