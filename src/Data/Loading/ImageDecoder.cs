using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Loading;

/// <summary>Decodes the images of a dataset, and notes those that cannot be.</summary>
/// <param name="dataset">The dataset.</param>
internal sealed class ImageDecoder(DetectionDataset dataset)
{
    /// <summary>
    /// Decodes an image, or, where it cannot be, the next one in the dataset that can: which one that is depends on nothing but the files.
    /// </summary>
    /// <param name="index">The image, from 0.</param>
    /// <returns>The image and its objects, and which one it is.</returns>
    /// <exception cref="AlignException">Bad records stop, or no image of the dataset can be decoded.</exception>
    public (Sample Sample, int Index) DecodeFrom(int index)
    {
        for (var step = 0; step < dataset.Images.Length; step++)
        {
            var at = (index + step) % dataset.Images.Length;
            if (TryDecode(dataset.Images[at]) is { } image)
            {
                return (new(image, dataset.Images[at].Objects.Select(SampleBox.Of)) { Files = { dataset.Images[at].Path } }, at);
            }
        }

        throw new AlignException(
            $"{dataset.Layout.Images}: none of its {dataset.Images.Length} images can be decoded; check the files with 'ppyolo data check'"
        );
    }

    /// <summary>Decodes an image to RGB.</summary>
    /// <returns>The image, or null where it cannot be decoded, which is noted.</returns>
    /// <exception cref="AlignException">Bad records stop.</exception>
    public PixelImage? TryDecode(AnnotatedImage record)
    {
        var bytes = ImageFile.Read(record.Path, out var problem);
        var image = problem is null ? OpenCv.Decode(bytes, turned: true, out problem) : null;
        if (image is not null && (image.Width, image.Height) != (record.Width, record.Height))
        {
            // Boxes are checked against the size in the file's header; an image that the decoder turned on its side would not fit them.
            image.Dispose();
            image = OpenCv.Decode(bytes, turned: false, out problem);
        }

        if (image is null)
        {
            Note(DataProblemKind.UnreadableImage, record, $"{problem}; the image is left out");
        }
        else if ((image.Width, image.Height) != (record.Width, record.Height))
        {
            Note(
                DataProblemKind.ImageSize,
                record,
                $"annotated as {record.Width}x{record.Height}, decoded to {image.Width}x{image.Height}, which counts"
            );
        }

        return image;
    }

    private void Note(DataProblemKind kind, AnnotatedImage record, string detail) =>
        dataset.Log.Add(new(kind, record.Path, record.Id, $"image id {record.Id}: {detail}"));
}
