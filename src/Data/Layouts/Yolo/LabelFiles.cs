namespace PPYolo.Data.Layouts.Yolo;

/// <summary>Finds the label files of images: in labels where the images are in images, else beside them. Not for several threads.</summary>
internal sealed class LabelFiles
{
    private readonly Dictionary<string, Dictionary<string, string>> byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    /// <summary>The label file of an image, or null where it has none.</summary>
    public string? Of(string image) =>
        In(FolderOf(Path.GetDirectoryName(image)!)).GetValueOrDefault(Path.GetFileNameWithoutExtension(image));

    /// <summary>The folder of the labels of a folder of images.</summary>
    public string FolderOf(string images) => folders.TryGetValue(images, out var known) ? known : folders[images] = Find(images);

    /// <summary>The label files in a folder, by the names of their images without extension.</summary>
    public IReadOnlyDictionary<string, string> In(string folder)
    {
        if (!byFolder.TryGetValue(folder, out var files))
        {
            byFolder[folder] = files = FolderContent
                .Files(folder, ".txt")
                .Where(file => !ClassFile.IsUsual(file))
                .DistinctBy(file => Path.GetFileNameWithoutExtension(file))
                .ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);
        }

        return files;
    }

    private static string Find(string images)
    {
        // The last folder of that name, as all YOLO programs do it: set/images/train has its labels in set/labels/train.
        var inside = new Stack<string>();
        for (var folder = images; Path.GetDirectoryName(folder) is { } parent; folder = parent)
        {
            var name = Path.GetFileName(folder);
            if (name.Equals("images", StringComparison.OrdinalIgnoreCase))
            {
                return FolderContent.Find(parent, "labels") is { } labels && Below(labels, inside) is { } found ? found : images;
            }

            inside.Push(name);
        }

        return Path.GetDirectoryName(images) is { } beside && FolderContent.Find(beside, "labels") is { } other ? other : images;
    }

    private static string? Below(string labels, IEnumerable<string> names)
    {
        var folder = names.Aggregate(labels, (string? at, string name) => at is null ? null : FolderContent.Find(at, name));
        return folder;
    }
}
