using PPYolo.Align;
using PPYolo.Data.Batches;
using PPYolo.Train.Options;

namespace PPYolo.Train.Feeds;

/// <summary>What a run trains on: generated batches or a dataset.</summary>
/// <param name="seed">The seed of all that is random in the data, and of DropBlock; a decimal number as text.</param>
public abstract class TrainingData(string seed)
{
    /// <summary>The seed of all that is random in the data, and of DropBlock.</summary>
    public string Seed => seed;

    /// <summary>What all ranks must have alike, by name.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> Facts { get; }

    /// <summary>The options as this data needs them: with a dataset an epoch has its number of iterations.</summary>
    /// <exception cref="AlignException">The options do not fit the data.</exception>
    public abstract TrainOptions Fit(TrainOptions options);

    /// <summary>The batches of each rank; those that are disposable are the caller's to dispose.</summary>
    /// <param name="options">Batch (of all ranks together), sizes and network.</param>
    /// <param name="counts">How many images each rank takes of a batch.</param>
    /// <exception cref="AlignException">The data cannot be shared in this way.</exception>
    public abstract Func<int, IBatchSource> Batches(TrainOptions options, IReadOnlyList<int> counts);
}
