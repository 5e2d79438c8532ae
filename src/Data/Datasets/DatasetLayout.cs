using PPYolo.Align;

namespace PPYolo.Data.Datasets;

/// <summary>Where a dataset's files are.</summary>
/// <param name="Annotations">The COCO annotation file.</param>
/// <param name="Images">The folder that the file names in it are relative to.</param>
public sealed record DatasetLayout(string Annotations, string Images)
{
    private static readonly string[] ImageFolders = ["JPEGImages", "images", "{0}2017", "images/{0}", "images/{0}2017", "{0}"];

    /// <summary>
    /// Finds a dataset. A folder is searched for the annotations of a split (annotations*/*train.json as in VOC,
    /// annotations/instances_train2017.json as in COCO, or train.json) and for images (JPEGImages, images, train2017, images/train ...).
    /// </summary>
    /// <param name="path">The dataset's folder, or its annotation file.</param>
    /// <param name="split">train or val.</param>
    /// <param name="images">The image folder where it is none of the usual ones, else null.</param>
    /// <exception cref="AlignException">It is not there, or there are several.</exception>
    public static DatasetLayout Find(string path, string split, string? images = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(split);
        if (File.Exists(path))
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return new(path, images ?? FindImages([folder, Path.GetDirectoryName(folder) ?? folder], split) ?? folder);
        }

        if (!Directory.Exists(path))
        {
            throw new AlignException($"{path}: no such file or folder; expected a dataset's folder or its COCO annotation file");
        }

        var annotations = FindAnnotations(path, split);
        return new(
            annotations,
            images
                ?? FindImages([path], split)
                ?? throw new AlignException(
                    $"{path}: expected a folder of images, one of {string.Join(", ", ImageFolders.Select(name => Named(name, split)))}; "
                        + $"name it with --images"
                )
        );
    }

    private static string FindAnnotations(string path, string split)
    {
        string[] folders = [path, .. Directory.EnumerateDirectories(path, "annotations*").Order(StringComparer.Ordinal)];
        string[] all = [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.json")).Order(StringComparer.Ordinal)];
        string[] found = [.. all.Where(file => IsOf(split, Path.GetFileNameWithoutExtension(file)))];
        return found switch
        {
            [var one] => one,
            [] => throw new AlignException(
                $"{path}: expected annotations of '{split}', such as annotations/{split}.json or annotations2/voc2012_{split}.json; found "
                    + $"{(all.Length == 0 ? "no .json" : string.Join(", ", all.Take(5).Select(Path.GetFileName)))}; name the annotation "
                    + $"file itself"
            ),
            _ => throw new AlignException(
                $"{path}: expected one annotation file of '{split}', found {string.Join(", ", found.Take(5))}; name the one that is meant"
            ),
        };
    }

    private static bool IsOf(string split, string name)
    {
        // person_keypoints_train2017 and captions_train2017 lie beside instances_train2017 and have no boxes of all classes.
        var end = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var other = name.StartsWith("captions", StringComparison.Ordinal) || name.StartsWith("person_keypoints", StringComparison.Ordinal);
        return !other && (end == split || end.EndsWith("_" + split, StringComparison.Ordinal));
    }

    private static string? FindImages(string[] roots, string split) =>
        roots
            .SelectMany(root => ImageFolders.Select(name => Path.Combine(root, Named(name, split))))
            .FirstOrDefault(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any());

    private static string Named(string pattern, string split) => pattern.Replace("{0}", split, StringComparison.Ordinal);
}
