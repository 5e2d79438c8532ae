using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;

namespace PPYolo.Data.Showing;

/// <summary>The images that an annotation file lists, where there is a folder with them.</summary>
/// <param name="annotations">The file, as COCO writes it.</param>
/// <param name="folder">The folder, or null where there is none.</param>
internal sealed class FolderImages(string annotations, string? folder) : IPageImages
{
    private readonly ILookup<long, string> files = (folder is null ? [] : CocoSetReader.Read(annotations).Images).ToLookup(
        image => image.Id,
        image => image.FileName
    );

    /// <inheritdoc />
    public string Name(long id) => files[id].FirstOrDefault() ?? string.Create(CultureInfo.InvariantCulture, $"image {id}");

    /// <inheritdoc />
    public PixelImage? Decode(long id)
    {
        if (files[id].FirstOrDefault() is not { } name || PortablePath.Inside(folder!, name) is not { } path)
        {
            return null;
        }

        try
        {
            return EvaluationImages.Decode(path);
        }
        catch (AlignException)
        {
            // The page is of detections: it names the image.
            return null;
        }
    }
}
