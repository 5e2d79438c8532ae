using PPYolo.Train.Options;

namespace PPYolo.Train.Data;

/// <summary>Generated batches of ranks.</summary>
public static class RankBatches
{
    /// <summary>Either parts of one global batch, or batches with sizes of their own.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="options">Batch (of all ranks together), sizes and network.</param>
    /// <param name="ranks">How many ranks.</param>
    /// <param name="perRankSizes">Every rank draws its own sizes, as a loader per rank does; such batches cannot be merged.</param>
    public static Func<int, IBatchSource> Generated(string seed, TrainOptions options, int ranks, bool perRankSizes)
    {
        var network = options.ToNetwork();
        var counts = SlicedBatches.Even(options.Batch, ranks);
        return ranks == 1 ? _ => new GeneratedBatches(seed, options.Batch, options.Sizes, network)
            : perRankSizes ? rank => new GeneratedBatches($"{seed}/rank{rank}", counts[rank], options.Sizes, network)
            : rank => new SlicedBatches(new GeneratedBatches(seed, options.Batch, options.Sizes, network), counts, rank);
    }
}
