using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Train.Options;

namespace PPYolo.Train.Feeds;

/// <summary>What somebody should know who trains on a dataset, though nothing is wrong with it.</summary>
internal static class DataNotes
{
    /// <summary>A sentence each; none where there is nothing to say.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="data">What it trains on.</param>
    /// <param name="epochs">How many epochs, or null where only iterations were asked for.</param>
    public static IEnumerable<string> Of(TrainOptions options, TrainingData data, int? epochs)
    {
        if (epochs is { } number && number <= options.WarmupEpochs)
        {
            yield return $"the run of {number} epochs ends inside the warm-up of {options.WarmupEpochs}: the learning rate never reaches "
                + "its full value; train for more, or set warmupEpochs";
        }

        if (data is not DatasetData { Dataset: DetectionDataset dataset })
        {
            yield break;
        }

        const int rows = GeneratedBatches.Rows;
        var beyond = dataset.Images.Sum(image => Math.Max(0, image.Objects.Length - rows));
        if (beyond > 0)
        {
            yield return $"{beyond} objects in {dataset.Images.Count(image => image.Objects.Length > rows)} images are beyond the {rows} "
                + "that a batch holds of an image, and are not trained on";
        }

        if (dataset.Images.Length < options.Batch)
        {
            yield return $"{dataset.Layout.Annotations}: {dataset.Images.Length} images are fewer than a batch of {options.Batch}: a batch "
                + "has some of them more than once";
        }
    }
}
