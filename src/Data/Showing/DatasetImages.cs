using System.Globalization;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;

namespace PPYolo.Data.Showing;

/// <summary>The images of a dataset, as it decodes them.</summary>
/// <param name="dataset">The dataset.</param>
internal sealed class DatasetImages(DetectionDataset dataset) : IPageImages
{
    private readonly ILookup<long, AnnotatedImage> records = dataset.Images.ToLookup(image => image.Id);
    private readonly ImageDecoder decoder = new(dataset);

    /// <inheritdoc />
    public string Name(long id) =>
        records[id].FirstOrDefault() is { } record
            ? Path.GetRelativePath(dataset.Layout.Images, record.Path)
            : string.Create(CultureInfo.InvariantCulture, $"image {id}");

    /// <inheritdoc />
    public PixelImage? Decode(long id) => records[id].FirstOrDefault() is { } record ? decoder.TryDecode(record) : null;
}
