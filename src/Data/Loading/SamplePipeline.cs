using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Loading;

/// <summary>
/// Makes a training sample of an image, in the reference's order: decode, mixup, colours, expand, crop, flip, boxes relative to the image,
/// at most so many, as centre and size, resize, normalize, channels first. A sample depends on the seed, the epoch, the image and the size
/// alone.
/// </summary>
/// <param name="dataset">The dataset.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="augmentation">Which random changes there are.</param>
internal sealed class SamplePipeline(DetectionDataset dataset, string seed, AugmentationOptions augmentation)
{
    private const string ShapeName = "shape";

    private readonly ImageDecoder decoder = new(dataset);
    private readonly IReadOnlyList<ISampleTransform> transforms = augmentation.ToTransforms();

    /// <summary>Makes a sample.</summary>
    /// <param name="index">The image in the dataset, from 0.</param>
    /// <param name="epoch">The pass over the dataset, from 0.</param>
    /// <param name="size">The side to resize to, in pixels.</param>
    /// <param name="planes">Receives (3, size, size), normalized.</param>
    /// <returns>The objects, at most <see cref="GeneratedBatches.Rows"/>, and the files that it is made of.</returns>
    public (GroundTruth[] Objects, string Files) Make(int index, long epoch, int size, Span<float> planes)
    {
        var id = dataset.Images[index].Id;
        using var sample = Augment(index, epoch);
        var objects = GroundTruthRows.Of(sample.Boxes, sample.Image.Width, sample.Image.Height, GeneratedBatches.Rows);
        using var resized = OpenCv.Resize(sample.Image, size, DrawInterpolation(RandomDraws.Of(seed, epoch, id, ShapeName)));
        ImageNormalization.Write(resized, planes);
        return (objects, string.Join(" + ", sample.Files));
    }

    /// <summary>A sample before it is resized.</summary>
    /// <param name="index">The image in the dataset, from 0.</param>
    /// <param name="epoch">The pass over the dataset, from 0.</param>
    public Sample Augment(int index, long epoch)
    {
        var id = dataset.Images[index].Id;
        var (sample, decoded) = decoder.DecodeFrom(index);
        try
        {
            if (augmentation.Mixup)
            {
                Mix(sample, decoded, RandomDraws.Of(seed, epoch, id, Mixup.Name));
            }

            foreach (var transform in transforms)
            {
                transform.Apply(sample, RandomDraws.Of(seed, epoch, id, transform.Name));
            }

            return sample;
        }
        catch
        {
            sample.Dispose();
            throw;
        }
    }

    private void Mix(Sample sample, int index, RandomDraws draws)
    {
        if (dataset.Images.Length < 2)
        {
            return;
        }

        // Any image but this one.
        var drawn = draws.Below(dataset.Images.Length - 1);
        var (other, decoded) = decoder.DecodeFrom(drawn < index ? drawn : drawn + 1);
        using (other)
        {
            var weight = draws.Beta();
            if (decoded != index && weight is > 0 and < 1)
            {
                Mixup.Apply(sample, other, weight);
            }
        }
    }

    private Interpolation DrawInterpolation(RandomDraws draws) =>
        augmentation.RandomInterpolation ? (Interpolation)draws.Below(1 + (int)Interpolation.Lanczos4) : Interpolation.Linear;
}
