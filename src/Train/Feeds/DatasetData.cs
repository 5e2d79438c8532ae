using PPYolo.Align;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;
using PPYolo.Train.Options;

namespace PPYolo.Train.Feeds;

/// <summary>Batches of a dataset, through the whole pipeline.</summary>
/// <param name="seed">The seed of order, sizes and every random change.</param>
/// <param name="dataset">The dataset; its ranks in this process share it.</param>
public sealed class DatasetData(string seed, DetectionDataset dataset) : TrainingData(seed)
{
    private readonly Lazy<DatasetFingerprint> fingerprint = new(() => DatasetFingerprint.Of(dataset));

    /// <summary>The dataset.</summary>
    public DetectionDataset Dataset => dataset;

    /// <summary>What tells the dataset from itself after a change, as it was when it was first asked for.</summary>
    public DatasetFingerprint Fingerprint => fingerprint.Value;

    /// <summary>Whether all ranks have the same size in an iteration; else each draws its own.</summary>
    public bool SameSizeAcrossRanks { get; init; }

    /// <summary>
    /// Threads of each rank that make batches ahead, or null for as many as suit the machine. Batches do not depend on it.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>How many batches each rank makes ahead, or null for the usual number.</summary>
    public int? Prefetch { get; init; }

    /// <summary>The same data, each batch made when it is asked for, by who asks.</summary>
    public DatasetData WithoutWorkers() => new(Seed, dataset) { SameSizeAcrossRanks = SameSizeAcrossRanks, Workers = 0 };

    /// <inheritdoc />
    public override IReadOnlyList<KeyValuePair<string, string>> Facts =>
        [
            new("seed of the data", Seed),
            new("annotations (SHA-256)", Fingerprint.Annotations),
            new("images (SHA-256 of names and sizes)", Fingerprint.Images),
            new("whose sizes they are", SameSizeAcrossRanks ? "of all ranks" : "of each rank"),
        ];

    /// <inheritdoc />
    public override TrainOptions Fit(TrainOptions options)
    {
        if (options.Classes != dataset.Categories.Length)
        {
            throw new AlignException(
                $"{dataset.Layout.Annotations}: expected {options.Classes} categories, one for each class of the network, found "
                    + $"{dataset.Categories.Length}; add --set classes={dataset.Categories.Length}"
            );
        }

        // As the loader counts: what is left over belongs to the next epoch's first batch.
        return options with
        {
            IterationsPerEpoch = Math.Max(1, dataset.Images.Length / options.Batch),
        };
    }

    /// <inheritdoc />
    public override Func<int, IBatchSource> Batches(TrainOptions options, IReadOnlyList<int> counts)
    {
        if (counts.Distinct().Count() > 1)
        {
            throw new AlignException(
                $"a dataset's batches are shared evenly, found {string.Join(" + ", counts)} images on {counts.Count} ranks; set a batch "
                    + $"that {counts.Count} divides, and leave --split away"
            );
        }

        var standard = new LoaderOptions
        {
            Seed = Seed,
            Batch = options.Batch,
            Sizes = options.Sizes,
        };
        var network = options.ToNetwork();
        return rank => new DatasetBatches(
            dataset,
            network,
            standard with
            {
                Rank = rank,
                Ranks = counts.Count,
                SameSizeAcrossRanks = SameSizeAcrossRanks,
                Workers = Workers ?? standard.Workers,
                Prefetch = Prefetch ?? standard.Prefetch,
            }
        );
    }
}
