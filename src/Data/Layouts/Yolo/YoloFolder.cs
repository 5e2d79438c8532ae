using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>
/// Recognizes YOLO text: a data.yaml that names folders or lists of images, obj.data of Darknet, or folders alone (train/images,
/// images/train, images) with their labels, and a file of class names.
/// </summary>
internal static class YoloFolder
{
    private static readonly string[] Descriptions = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"];

    /// <summary>Looks at a folder; null where it is no YOLO dataset.</summary>
    public static Recognition? Look(string folder, DatasetRequest request)
    {
        string[] described = [.. DescriptionsIn(folder)];
        string[] usual = [.. described.Where(file => Descriptions.Contains(Path.GetFileName(file), StringComparer.OrdinalIgnoreCase))];
        var chosen = usual.Length > 0 ? usual : described;
        if (chosen.Length > 1)
        {
            return new(
                LayoutKind.Yolo,
                Path.GetFileName(chosen[0]),
                () =>
                    throw new AlignException(
                        $"{folder}: expected one description of a YOLO dataset, found "
                            + $"{string.Join(", ", chosen.Select(Path.GetFileName))}; name the one that is meant in place of the folder"
                    )
            );
        }

        if (chosen is [var one])
        {
            return new(LayoutKind.Yolo, Path.GetFileName(one), () => OfFile(one, request));
        }

        var labels = new LabelFiles();
        return Images(folder, request).FirstOrDefault(image => labels.Of(image) is not null) is { } image
            ? new(LayoutKind.Yolo, Path.GetRelativePath(folder, labels.Of(image)!), () => Undescribed(folder, request))
            : null;
    }

    /// <summary>The layout of a description (data.yaml, obj.data) or a list of images that was named.</summary>
    public static DatasetLayout OfFile(string file, DatasetRequest request)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase))
        {
            return Make(folder, YoloPart.List(file, [folder]), Classes(folder, null, request), isPose: false, request);
        }

        var described = YoloDescription.Read(file);
        var classes = Classes(folder, described, request);
        var part = PartNames.Of(request.Part).FirstOrDefault(described.Values.ContainsKey);
        if (part is not null)
        {
            return Make(folder, YoloPart.Described(described, part, folder), classes, described.IsPose, request);
        }

        string[] others = [.. PartNames.All.Where(described.Values.ContainsKey)];
        return others.Length > 0
            ? throw new AlignException($"{file}: YOLO text, but '{request.Part}' is none of its parts; found {string.Join(", ", others)}")
            : Make(folder, new YoloParts(folder).Find(request.Part), classes, described.IsPose, request);
    }

    private static IReadOnlyList<string> Images(string folder, DatasetRequest request)
    {
        try
        {
            return [.. new YoloParts(folder).All.SelectMany(part => part.Images())];
        }
        catch (AlignException) when (Voc.VocFolder.Look(folder, request) is not null)
        {
            // Its lists have ids in them, and not images.
            return [];
        }
    }

    private static DatasetLayout Undescribed(string folder, DatasetRequest request)
    {
        var part = new YoloParts(folder).Find(request.Part);
        var labels = part.LabelFolder ?? (Directory.Exists(part.Name) ? part.Name : null);
        return Make(folder, part, Classes(folder, null, request, labels), isPose: false, request);
    }

    private static DatasetLayout Make(string folder, YoloPart part, ClassOrder classes, bool isPose, DatasetRequest request)
    {
        if (request.Images is { } named)
        {
            part = YoloPart.Folder(named);
        }

        var labels = new LabelFiles();
        List<(string Path, string? Labels)> images = [.. part.Images().Select(image => (image, labels.Of(image)))];
        if (images.Count == 0)
        {
            throw new AlignException($"{part.Name}: expected images, found none; name their folder with --images");
        }

        if (images.TrueForAll(image => image.Labels is null))
        {
            throw new AlignException(
                $"{part.Name}: expected label files such as {Path.GetFileNameWithoutExtension(images[0].Path)}.txt in "
                    + $"{labels.FolderOf(Path.GetDirectoryName(images[0].Path)!)}, found none for {images.Count} images"
            );
        }

        var root = FolderContent.CommonRoot([.. images.Select(image => Path.GetDirectoryName(image.Path)!).Distinct()]);
        var annotations = part.LabelFolder ?? part.Name;
        var source = new YoloAnnotations(annotations, root, images, [.. part.Missing()], part.Orphans(labels), classes, isPose);
        return new(annotations, root)
        {
            Source = source,
            Recognized =
                $"YOLO text in {folder}: {FolderContent.Count(images.Count, "image")} of {FolderContent.Shown(folder, part.Name)}, "
                + $"labels in {FolderContent.Shown(folder, labels.FolderOf(Path.GetDirectoryName(images[0].Path)!))}; {source.Describe()}",
        };
    }

    private static ClassOrder Classes(string folder, YoloDescription? described, DatasetRequest request, string? labels = null)
    {
        if (request.Reading.Names is { } named)
        {
            return Of(named);
        }

        if (described?.Names is { } names)
        {
            return new(names, described.Path, $"in the order of {Path.GetFileName(described.Path)}");
        }

        if (described?["names"] is { } file)
        {
            return Of(
                PortablePath.EndInside(folder, file)
                    ?? throw new AlignException($"{described.Path}: names: '{file}' is not there; name it with --names")
            );
        }

        if (ClassFile.Find([folder, .. labels is null ? [] : new[] { labels, Path.GetDirectoryName(labels)! }]) is { } found)
        {
            return Of(found);
        }

        throw new AlignException(
            $"{folder}: YOLO text, but its classes have no names; expected data.yaml with 'names', or classes.txt with one on each line, "
                + "or such a file named with --names"
        );

        static ClassOrder Of(string path) => new(ClassFile.Read(path), path, $"in the order of {Path.GetFileName(path)}");
    }

    private static IEnumerable<string> DescriptionsIn(string folder) =>
        FolderContent.Files(folder, ".yaml", ".yml", ".data").Where(IsDescription);

    private static bool IsDescription(string file)
    {
        if (Descriptions.Contains(Path.GetFileName(file), StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        try
        {
            var described = YoloDescription.Read(file);
            return described.Values.Keys.Any(PartNames.All.Contains)
                && (described.Names is not null || described.Values.ContainsKey("names") || described.Values.ContainsKey("nc"));
        }
        catch (AlignException)
        {
            // Some other file.
            return false;
        }
    }
}
