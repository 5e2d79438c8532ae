using PPYolo.Data.Batches;
using PPYolo.Train.Options;

namespace PPYolo.Train.Feeds;

/// <summary>Generated batches of ranks.</summary>
public static class RankBatches
{
    /// <summary>Either parts of one global batch, or batches with sizes of their own.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="options">Batch (of all ranks together), sizes and network.</param>
    /// <param name="counts">How many images each rank takes of a batch.</param>
    /// <param name="perRankSizes">Every rank draws its own sizes, as a loader per rank does; such batches cannot be merged.</param>
    public static Func<int, IBatchSource> Generated(string seed, TrainOptions options, IReadOnlyList<int> counts, bool perRankSizes)
    {
        var network = options.ToNetwork();
        return counts.Count == 1 ? _ => new GeneratedBatches(seed, options.Batch, options.Sizes, network)
            : perRankSizes ? rank => new GeneratedBatches($"{seed}/rank{rank}", counts[rank], options.Sizes, network)
            : rank => new SlicedBatches(new GeneratedBatches(seed, options.Batch, options.Sizes, network), counts, rank);
    }
}
