using System.Globalization;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Loading;

/// <summary>The endless order of samples: one permutation of the dataset after another. Not for several threads at a time.</summary>
/// <param name="seed">The run's seed.</param>
/// <param name="count">Images of the dataset.</param>
internal sealed class EpochOrder(string seed, int count)
{
    // A batch may reach over the end of an epoch, so that two are in use.
    private readonly (long Epoch, int[] Order)[] known = [(-1, []), (-1, [])];

    /// <summary>The sample at a position, counted from 0 over all epochs.</summary>
    public SampleKey At(long position)
    {
        var (epoch, index) = (position / count, (int)(position % count));
        ref var entry = ref known[epoch % 2];
        if (entry.Epoch != epoch)
        {
            int[] order = [.. Enumerable.Range(0, count)];
            new RandomDraws(new(string.Create(CultureInfo.InvariantCulture, $"{seed}/order/{epoch}"))).Shuffle(order.AsSpan());
            entry = (epoch, order);
        }

        return new(entry.Order[index], epoch);
    }
}
