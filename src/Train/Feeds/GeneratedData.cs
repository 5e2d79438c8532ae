using PPYolo.Data.Batches;
using PPYolo.Train.Options;

namespace PPYolo.Train.Feeds;

/// <summary>Batches from a generator.</summary>
/// <param name="seed">Its seed.</param>
/// <param name="perRankSizes">Every rank draws its own sizes, as a loader per rank does; such batches cannot be merged.</param>
public sealed class GeneratedData(string seed, bool perRankSizes) : TrainingData(seed)
{
    /// <inheritdoc />
    public override IReadOnlyList<KeyValuePair<string, string>> Facts =>
        [new("data", $"generator:{Seed}"), new("whose sizes they are", perRankSizes ? "of each rank" : "of all ranks")];

    /// <inheritdoc />
    public override TrainOptions Fit(TrainOptions options) => options;

    /// <inheritdoc />
    public override Func<int, IBatchSource> Batches(TrainOptions options, IReadOnlyList<int> counts) =>
        RankBatches.Generated(Seed, options, counts, perRankSizes);
}
