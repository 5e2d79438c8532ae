using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;
using PPYolo.Model.Boxes;

namespace PPYolo.Train.Inference;

/// <summary>
/// Scores weights on a dataset as COCO does. Images without objects are left out, as the reference does; crowds, and objects of images that
/// cannot be read, are part of the ground truth. The detector has a network of its own: whoever evaluates while training changes nothing.
/// </summary>
public sealed class DatasetEvaluation
{
    private readonly DetectionDataset dataset;
    private readonly EvaluationOptions options;

    /// <summary>Prepares an evaluation; it can be run any number of times.</summary>
    /// <param name="dataset">The dataset; it has a category for each of the network's classes.</param>
    /// <param name="options">How.</param>
    /// <exception cref="AlignException">The annotations cannot be read or number two objects the same, or the categories are not as many as
    /// the network's classes.</exception>
    public DatasetEvaluation(DetectionDataset dataset, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        (this.dataset, this.options) = (dataset, options);
        if (dataset.Categories.Length != options.Network.Classes)
        {
            throw new AlignException(
                $"{dataset.Layout.Annotations}: expected {options.Network.Classes} categories, the network's classes, found "
                    + $"{dataset.Categories.Length}"
            );
        }

        // What is wrong with it was said when it was opened.
        var set = dataset.Layout.Read(new(strict: false));
        Truth = new(set.Images.Select(image => image.Id), set.Categories, set.Annotations);
    }

    /// <summary>What there is to find.</summary>
    public CocoGroundTruth Truth { get; }

    /// <summary>How many images are looked at.</summary>
    public int Images => dataset.Images.Count(image => !image.Objects.IsEmpty);

    /// <summary>Scores weights.</summary>
    /// <param name="weights">Every entry of the network's state_dict, such as a moving average; they are copied.</param>
    /// <exception cref="AlignException">The weights are not the network's.</exception>
    public CocoResult Run(NamedTensors weights)
    {
        using var detector = new Detector(options.Network, weights, options.Fold, options.Device);
        return Score(Detect(detector));
    }

    /// <summary>Detects objects in all images.</summary>
    /// <returns>What COCO's result files hold, image by image, by falling score.</returns>
    public IReadOnlyList<CocoDetection> Detect(Detector detector)
    {
        ArgumentNullException.ThrowIfNull(detector);
        var detections = new List<CocoDetection>();
        var done = 0;
        foreach (var batch in EvaluationImages.Read(dataset, options.Size, options.Batch))
        {
            var found = detector.Detect(batch.Images, [.. batch.Records.Select(record => new OriginalSize(record.Width, record.Height))]);
            foreach (var (record, boxes) in batch.Records.Zip(found))
            {
                detections.AddRange(
                    boxes.Select(box => new CocoDetection(record.Id, dataset.Categories[box.Label].Id, BoxOf(box), box.Score))
                );
            }

            options.Progress?.Invoke(done += batch.Records.Length);
        }

        return detections;
    }

    /// <summary>Scores detections.</summary>
    public CocoResult Score(IReadOnlyList<CocoDetection> detections) =>
        CocoEvaluator.Evaluate(Truth, CollectionsMarshal.AsSpan(detections.ToList()));

    /// <summary>A box as COCO writes it.</summary>
    internal static CocoBox BoxOf(in DetectedBox box) => new(box.Left, box.Top, box.Right - (double)box.Left, box.Bottom - (double)box.Top);
}
