using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>
/// Recognizes Pascal VOC as it is downloaded (Annotations, JPEGImages, ImageSets/Main), and what labelling programs and sites call VOC:
/// the XML files of a part, or all of them, beside their images.
/// </summary>
internal static class VocFolder
{
    /// <summary>Looks at a folder; null where it is no Pascal VOC.</summary>
    public static Recognition? Look(string folder, DatasetRequest request)
    {
        var annotations = FolderContent.Find(folder, "Annotations", "xmls");
        if (annotations is not null && FolderContent.Find(annotations, "xmls") is { } inside)
        {
            annotations = inside;
        }

        if (annotations is not null && HasXml(annotations))
        {
            return new(LayoutKind.Voc, Path.GetRelativePath(folder, annotations) + "/*.xml", () => Listed(folder, annotations, request));
        }

        if (annotations is not null && XmlParts(annotations).Any())
        {
            var name = Path.GetFileName(annotations);
            return new(
                LayoutKind.Voc,
                $"{name}/{Path.GetFileName(XmlParts(annotations).First())}/*.xml",
                () => InBranches(folder, annotations, request)
            );
        }

        if (PartFolders(folder).Any())
        {
            return new(LayoutKind.Voc, $"{Path.GetFileName(PartFolders(folder).First())}/*.xml", () => InParts(folder, request));
        }

        // All there is: the annotations lie beside their images, or in the folder that was named.
        return IsFlat(folder) ? new(LayoutKind.Voc, "*.xml", () => Flat(folder, [folder], request)) : null;
    }

    /// <summary>A list of images in a folder of Pascal VOC; null where it is none.</summary>
    /// <param name="list">The list, such as ImageSets/Main/trainval.txt.</param>
    /// <param name="request">What is asked for; the part does not matter.</param>
    public static DatasetLayout? FromList(string list, DatasetRequest request)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(list)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (FolderContent.Find(folder, "Annotations") is { } annotations && HasXml(annotations))
            {
                return Make(folder, annotations, Images(folder, annotations, request), list, [annotations], request);
            }
        }

        return null;
    }

    private static DatasetLayout Listed(string folder, string annotations, DatasetRequest request)
    {
        var lists = Lists(folder);
        var images = Images(folder, annotations, request);
        if (lists.Count == 0)
        {
            return Make(folder, annotations, images, null, [annotations], request);
        }

        var names = PartNames.Of(request.Part);
        var list = names
            .Select(name => lists.FirstOrDefault(file => Stem(file).Equals(name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(file => file is not null);
        return list is not null
            ? Make(folder, annotations, images, list, [annotations], request)
            : throw new AlignException(
                $"{folder}: Pascal VOC, but it has no list of '{request.Part}' such as ImageSets/Main/{request.Part}.txt; found "
                    + $"{string.Join(", ", lists.Take(5).Select(file => Path.GetRelativePath(folder, file)))}; name the list itself in "
                    + "place of the folder"
            );
    }

    /// <summary>Annotations/train beside images/train.</summary>
    private static DatasetLayout InBranches(string folder, string annotations, DatasetRequest request)
    {
        string[] parts = [.. XmlParts(annotations)];
        var part = Part(folder, annotations, parts, request);
        var images = Images(folder, annotations, request);
        return Make(folder, part, FolderContent.Find(images, PartNames.Of(request.Part)) ?? images, null, parts, request);
    }

    private static DatasetLayout InParts(string folder, DatasetRequest request)
    {
        string[] parts = [.. PartFolders(folder)];
        return Flat(Part(folder, folder, parts, request), parts, request);
    }

    private static string Part(string folder, string within, string[] parts, DatasetRequest request) =>
        FolderContent.Find(within, PartNames.Of(request.Part)) is { } part && parts.Contains(part)
            ? part
            : throw new AlignException(
                $"{folder}: Pascal VOC in parts, but '{request.Part}' is none of them; found "
                    + $"{string.Join(", ", parts.Select(Path.GetFileName))}"
            );

    private static DatasetLayout Flat(string folder, IReadOnlyList<string> all, DatasetRequest request) =>
        Make(FolderContent.CommonRoot(all), folder, request.Images ?? folder, null, all, request);

    private static DatasetLayout Make(
        string root,
        string annotations,
        string images,
        string? list,
        IReadOnlyList<string> all,
        DatasetRequest request
    )
    {
        var source = VocAnnotations.Read(new(root, annotations, images, list, all), request.Reading);
        return new(list ?? annotations, images)
        {
            Source = source,
            Recognized =
                $"Pascal VOC in {root}: {FolderContent.Count(source.Count, "image")} of {FolderContent.Shown(root, list ?? annotations)}, "
                + $"pictures in {FolderContent.Shown(root, images)}; {source.Describe()}",
        };
    }

    private static string Images(string folder, string annotations, DatasetRequest request) =>
        request.Images ?? FolderContent.Find(folder, "JPEGImages", "images", "imgs", "JPEGImage") ?? annotations;

    /// <summary>The lists of parts; those of one class, such as cat_train.txt, lie beside them and are none.</summary>
    private static IReadOnlyList<string> Lists(string folder)
    {
        var sets = FolderContent.Find(folder, "ImageSets");
        var main = sets is null ? folder : FolderContent.Find(sets, "Main") ?? sets;
        return
        [
            .. FolderContent
                .Files(main, ".txt")
                .Where(file => PartNames.All.Contains(Stem(file).ToLowerInvariant()) || (main != folder && !Stem(file).Contains('_'))),
        ];
    }

    private static IEnumerable<string> XmlParts(string annotations) =>
        FolderContent.Folders(annotations).Where(path => PartNames.All.Contains(Path.GetFileName(path).ToLowerInvariant()) && HasXml(path));

    private static IEnumerable<string> PartFolders(string folder) =>
        FolderContent.Folders(folder).Where(path => PartNames.All.Contains(Path.GetFileName(path).ToLowerInvariant()) && IsFlat(path));

    private static bool IsFlat(string folder) =>
        HasXml(folder)
        && FolderContent
            .Images(folder)
            .Select(Stem)
            .Intersect(FolderContent.Files(folder, ".xml").Select(Stem), StringComparer.Ordinal)
            .Any();

    private static bool HasXml(string folder) => FolderContent.Files(folder, ".xml").Any();

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);
}
