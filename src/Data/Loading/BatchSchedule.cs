using System.Globalization;
using PPYolo.Align.Generation;

namespace PPYolo.Data.Loading;

/// <summary>
/// Says what every batch is made of. The ranks take turns along one order, as with the reference's sampler, so that an iteration has the
/// same samples over all ranks however many there are. Not for several threads at a time.
/// </summary>
/// <param name="images">Images of the dataset.</param>
/// <param name="options">Seed, sizes, batch and ranks.</param>
internal sealed class BatchSchedule(int images, LoaderOptions options)
{
    private readonly EpochOrder order = new(options.Seed, images);
    private readonly PortableStream sizes = new(
        options.Ranks == 1 || options.SameSizeAcrossRanks
            ? $"{options.Seed}/size"
            : string.Create(CultureInfo.InvariantCulture, $"{options.Seed}/size/{options.Rank}")
    );

    /// <summary>The batch of an iteration.</summary>
    public BatchPlan At(int iteration)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iteration);
        var samples = new SampleKey[options.BatchPerRank];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = order.At(((long)iteration * options.Batch) + ((long)i * options.Ranks) + options.Rank);
        }

        return new(iteration, Size(iteration), samples);
    }

    private int Size(int iteration) => options.Sizes[(int)(sizes.Uniform(iteration) * options.Sizes.Length)];
}
