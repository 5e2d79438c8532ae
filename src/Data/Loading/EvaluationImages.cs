using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Loading;

/// <summary>Images as evaluation and prediction see them: decoded, resized to a square by cubic interpolation, normalized.</summary>
public static class EvaluationImages
{
    /// <summary>Reads a dataset from beginning to end, one batch at a time.</summary>
    /// <param name="dataset">The dataset; images that cannot be decoded are noted in its log and left out.</param>
    /// <param name="size">The side to resize to, in pixels.</param>
    /// <param name="count">Images in a batch; the last one may have fewer.</param>
    /// <param name="onlyAnnotated">Whether images without objects are left out, as the reference does.</param>
    /// <exception cref="AlignException">Bad records stop, or OpenCV cannot be loaded.</exception>
    public static IEnumerable<EvaluationBatch> Read(DetectionDataset dataset, int size, int count, bool onlyAnnotated = true)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return Batches();

        IEnumerable<EvaluationBatch> Batches()
        {
            var decoder = new ImageDecoder(dataset);
            foreach (var records in dataset.Images.Where(image => !onlyAnnotated || !image.Objects.IsEmpty).Chunk(count))
            {
                if (Make(decoder, records, size) is { } batch)
                {
                    yield return batch;
                }
            }
        }
    }

    /// <summary>Reads one image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">The side to resize to, in pixels.</param>
    /// <param name="width">The file's width in pixels.</param>
    /// <param name="height">The file's height in pixels.</param>
    /// <returns>(1,3,S,S) float32, normalized.</returns>
    /// <exception cref="AlignException">It cannot be read or decoded.</exception>
    public static TensorData Read(string path, int size, out int width, out int height)
    {
        using var image = Decode(path);
        (width, height) = (image.Width, image.Height);
        return Of(image, size);
    }

    /// <summary>Decodes an image file.</summary>
    /// <exception cref="AlignException">It cannot be read or decoded.</exception>
    internal static PixelImage Decode(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var bytes = ImageFile.Read(path, out var problem);
        return (problem is null ? OpenCv.Decode(bytes, turned: true, out problem) : null) ?? throw new AlignException($"{path}: {problem}");
    }

    /// <summary>A decoded image as the network sees it: (1,3,S,S) float32, normalized.</summary>
    internal static TensorData Of(PixelImage image, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        var values = new float[3 * size * size];
        Write(image, size, values);
        return TensorData.Of<float>(values, 1, 3, size, size);
    }

    private static EvaluationBatch? Make(ImageDecoder decoder, AnnotatedImage[] records, int size)
    {
        var part = 3 * size * size;
        var bytes = new byte[records.Length * part * sizeof(float)];
        var kept = ImmutableArray.CreateBuilder<AnnotatedImage>(records.Length);
        foreach (var record in records)
        {
            using var image = decoder.TryDecode(record);
            if (image is not null)
            {
                Write(image, size, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()).Slice(kept.Count * part, part));
                kept.Add(record with { Width = image.Width, Height = image.Height });
            }
        }

        return kept.Count == 0
            ? null
            : new(
                new(ElementType.Float32, [kept.Count, 3, size, size], bytes.AsMemory(0, kept.Count * part * sizeof(float))),
                kept.DrainToImmutable()
            );
    }

    private static void Write(PixelImage image, int size, Span<float> planes)
    {
        using var resized = OpenCv.Resize(image, size, Interpolation.Cubic);
        ImageNormalization.Write(resized, planes);
    }
}
