using PPYolo.Align;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;

namespace PPYolo.Data.Loading;

/// <summary>Looks through a dataset: what 'ppyolo data check' prints.</summary>
public static class DataCheck
{
    /// <summary>Opens a dataset and decodes every image.</summary>
    /// <param name="layout">Where it is.</param>
    /// <param name="decode">Whether images are decoded; else only their headers are read, and damaged pixels are not found.</param>
    /// <param name="progress">Told the number of images that are decoded so far, from any thread; or null.</param>
    /// <param name="cancellation">Stops decoding.</param>
    /// <exception cref="AlignException">The annotations cannot be read, no image is left, or OpenCV cannot be loaded.</exception>
    public static DataReport Run(
        DatasetLayout layout,
        bool decode = true,
        Action<int>? progress = null,
        CancellationToken cancellation = default
    )
    {
        if (decode)
        {
            OpenCv.Require();
        }

        var dataset = DetectionDataset.Open(layout);
        var decoded = decode ? Decode(dataset, progress, cancellation) : (int?)null;
        var objects = dataset.Images.SelectMany(image => image.Objects).ToList();
        return new()
        {
            Layout = layout,
            Images = dataset.Images.Length,
            Objects = objects.Count,
            ImagesWithoutObjects = dataset.Images.Count(image => image.Objects.IsEmpty),
            CrowdedImages = dataset.Images.Count(image => image.Objects.Length > GeneratedBatches.Rows),
            Crowds = dataset.Images.Sum(image => image.Crowds),
            ObjectSizes = (objects.Count(IsSmall), objects.Count(box => !IsSmall(box) && !IsLarge(box)), objects.Count(IsLarge)),
            Widths = Spread.Of(dataset.Images.Select(image => image.Width)),
            Heights = Spread.Of(dataset.Images.Select(image => image.Height)),
            ObjectsPerImage = Spread.Of(dataset.Images.Select(image => image.Objects.Length)),
            Classes =
            [
                .. dataset.Categories.Select(
                    (category, index) =>
                        new ClassCount(
                            category.Name,
                            category.Id,
                            dataset.Images.Count(image => image.Objects.Any(box => box.Class == index)),
                            objects.Count(box => box.Class == index)
                        )
                ),
            ],
            Problems =
            [
                .. dataset
                    .Log.Problems.OrderBy(problem => problem.Kind)
                    .ThenBy(problem => problem.File, StringComparer.Ordinal)
                    .ThenBy(problem => problem.Id),
            ],
            Decoded = decoded,
        };
    }

    private static int Decode(DetectionDataset dataset, Action<int>? progress, CancellationToken cancellation)
    {
        var decoder = new ImageDecoder(dataset);
        int tried = 0,
            decoded = 0;
        try
        {
            Parallel.ForEach(
                dataset.Images,
                new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
                record =>
                {
                    using var image = decoder.TryDecode(record);
                    Interlocked.Add(ref decoded, image is null ? 0 : 1);
                    progress?.Invoke(Interlocked.Increment(ref tried));
                }
            );
        }
        catch (AggregateException e) when (e.InnerException is AlignException inner)
        {
            throw new AlignException(inner.Message, e);
        }

        return decoded;
    }

    private static bool IsSmall(AnnotatedBox box) => Area(box) < 32 * 32;

    private static bool IsLarge(AnnotatedBox box) => Area(box) > 96 * 96;

    private static float Area(AnnotatedBox box) => (box.Right - box.Left + 1) * (box.Bottom - box.Top + 1);
}
