using System.Globalization;
using PPYolo.Align.Generation;

namespace PPYolo.Data.Transforms;

/// <summary>
/// Successive draws from a named stream. Every transform of every sample has a stream of its own, so that what it draws depends neither on
/// other transforms nor on who computes the sample or when.
/// </summary>
/// <param name="stream">The stream; draws start at its first element.</param>
internal sealed class RandomDraws(PortableStream stream)
{
    private long index;

    /// <summary>The draws of a transform for a sample.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The pass over the dataset, from 0.</param>
    /// <param name="image">The image's id.</param>
    /// <param name="transform">The transform's name.</param>
    public static RandomDraws Of(string seed, long epoch, long image, string transform) =>
        new(new(string.Create(CultureInfo.InvariantCulture, $"{seed}/{epoch}/{image}/{transform}")));

    /// <summary>In [0,1), a multiple of 2^-53.</summary>
    public double Next() => (stream.Bits(index++) >> 11) * (1.0 / (1L << 53));

    /// <summary>In [low, high).</summary>
    public double Between(double low, double high) => low + ((high - low) * Next());

    /// <summary>From 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)(Next() * count);

    /// <summary>A permutation in place.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>
    /// From the beta distribution with both parameters 1.5: a point drawn evenly from a disc, projected on a diameter. Only products are
    /// compared, so that every machine draws the same.
    /// </summary>
    public double Beta()
    {
        while (true)
        {
            double x = Next(),
                y = Next();
            if (y * y <= 4 * x * (1 - x))
            {
                return x;
            }
        }
    }
}
