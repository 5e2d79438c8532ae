using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Loading;

/// <summary>Writes a dataset of any layout as a COCO file: what 'ppyolo data convert' does.</summary>
public static class DataConversion
{
    /// <summary>
    /// Writes the images that can be trained on, by their paths in the image folder, with the objects as they were annotated: boxes are not
    /// clipped, crowds stay. Whoever trains on the file trains on the same.
    /// </summary>
    /// <param name="layout">The dataset.</param>
    /// <param name="path">The file.</param>
    /// <param name="report">Told each bad record, or null.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="PPYolo.Align.AlignException">The dataset cannot be read, nothing of it is left, or the file cannot be
    /// written.</exception>
    public static CocoSet Write(DatasetLayout layout, string path, Action<DataProblem>? report = null)
    {
        var dataset = DetectionDataset.Open(layout, new() { Report = report });
        var images = dataset.Images.ToDictionary(image => image.Id);
        var ids = new HashSet<long>();
        var set = layout.Read(new(strict: false));
        var kept = set with
        {
            Path = path,
            Images =
            [
                .. dataset.Images.Select(image => new CocoImage(
                    image.Id,
                    Path.GetRelativePath(layout.Images, image.Path).Replace('\\', '/'),
                    image.Width,
                    image.Height
                )),
            ],
            Categories = dataset.Categories,
            Annotations =
            [
                .. set.Annotations.Where(one =>
                    images.TryGetValue(one.ImageId, out var image)
                    && dataset.Categories.Any(category => category.Id == one.CategoryId)
                    && ids.Add(one.Id)
                    && (one.IsCrowd || BoxCleaning.TryClip(one, image.Width, image.Height, out _))
                ),
            ],
            Places = null,
        };
        CocoSetFile.Write(path, kept);
        return kept;
    }
}
