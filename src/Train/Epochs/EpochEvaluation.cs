using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Train.Feeds;
using PPYolo.Train.Inference;
using PPYolo.Train.Options;
using TorchSharp;

namespace PPYolo.Train.Epochs;

/// <summary>Scores a run over epochs on a dataset, as COCO does.</summary>
/// <param name="evaluation">The evaluation.</param>
/// <param name="layout">The dataset.</param>
/// <param name="fingerprint">What tells the dataset from itself after a change.</param>
public sealed class EpochEvaluation(DatasetEvaluation evaluation, DatasetLayout layout, DatasetFingerprint fingerprint) : IEpochEvaluation
{
    /// <summary>The dataset.</summary>
    public DatasetLayout Layout => layout;

    /// <summary>What tells the dataset from itself after a change.</summary>
    public DatasetFingerprint Fingerprint => fingerprint;

    /// <summary>The evaluation of a run.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="data">What it trains on.</param>
    /// <param name="layout">The dataset to evaluate on.</param>
    /// <param name="batch">Images that the network sees at once.</param>
    /// <param name="device">Where the network computes.</param>
    /// <exception cref="AlignException">The dataset cannot be read, or its categories are not those that are trained.</exception>
    public static EpochEvaluation Create(TrainOptions options, TrainingData data, DatasetLayout layout, int batch, torch.Device device)
    {
        var held = DetectionDataset.Open(layout, new() { Classes = options.Classes });
        if (data is DatasetData trained && !trained.Dataset.Categories.SequenceEqual(held.Categories))
        {
            throw new AlignException(
                $"{layout.Annotations}: expected the categories of {trained.Dataset.Layout.Annotations} in the same order, found "
                    + $"others; classes would be mistaken for each other"
            );
        }

        return new(
            new(
                held,
                new()
                {
                    Network = options.ToNetwork(),
                    Size = options.EvalSize,
                    Batch = batch,
                    Device = device,
                }
            ),
            layout,
            DatasetFingerprint.Of(held)
        );
    }

    /// <inheritdoc />
    public EpochScore Evaluate(NamedTensors weights, int epochs)
    {
        var result = evaluation.Run(weights);
        return new(
            epochs,
            result.AP,
            CocoResult.StatNames.Zip(result.Stats).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal)
        );
    }
}
