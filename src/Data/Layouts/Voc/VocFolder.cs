using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>
/// Recognizes Pascal VOC as it is downloaded (Annotations, JPEGImages, ImageSets/Main), and what labelling programs and sites call VOC:
/// the XML files of a part, or all of them, beside their images.
/// </summary>
internal static class VocFolder
{
    private static readonly string[] AnnotationFolders = ["Annotations", "Annotation", "xmls", "xml", "labels", "label"];
    private static readonly string[] ImageFolders = ["JPEGImages", "images", "imgs", "JPEGImage", "image", "img", "pictures"];

    /// <summary>Looks at a folder; null where it is no Pascal VOC.</summary>
    public static Recognition? Look(string folder, DatasetRequest request)
    {
        var annotations = Annotations(folder);
        if (annotations is not null && !HasXml(annotations) && XmlParts(annotations).FirstOrDefault() is { } branch)
        {
            return new(LayoutKind.Voc, Path.GetRelativePath(folder, branch) + "/*.xml", () => InBranches(folder, annotations, request));
        }

        if (annotations is not null && VocPart.Xml(annotations).FirstOrDefault() is { } xml)
        {
            var evidence = Path.GetRelativePath(folder, Path.GetDirectoryName(xml)!) + "/*.xml";
            return new(LayoutKind.Voc, evidence, () => Listed(folder, annotations, request));
        }

        if (PartFolders(folder).FirstOrDefault() is { } first)
        {
            var evidence = Path.GetRelativePath(folder, Annotations(first) ?? first) + "/*.xml";
            return new(LayoutKind.Voc, evidence, () => InParts(folder, request));
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
            if (Annotations(folder) is { } annotations && VocPart.Xml(annotations).Any())
            {
                return Make(folder, annotations, Images(folder, annotations, request), [list], [annotations], request);
            }
        }

        return null;
    }

    private static DatasetLayout Listed(string folder, string annotations, DatasetRequest request) =>
        Make(folder, annotations, Images(folder, annotations, request), VocLists.Of(folder, request.Part), [annotations], request);

    /// <summary>Annotations/train beside images/train.</summary>
    private static DatasetLayout InBranches(string folder, string annotations, DatasetRequest request)
    {
        string[] parts = [.. XmlParts(annotations)];
        var part = Part(folder, annotations, parts, request);
        var images = Images(folder, annotations, request);
        return Make(folder, part, FolderContent.Find(images, PartNames.Of(request.Part)) ?? images, [], parts, request);
    }

    private static DatasetLayout InParts(string folder, DatasetRequest request)
    {
        string[] parts = [.. PartFolders(folder)];
        var part = Part(folder, folder, parts, request);
        string[] all = [.. parts.Select(one => Annotations(one) ?? one)];
        return Annotations(part) is { } annotations
            ? Make(folder, annotations, Images(part, annotations, request), [], all, request)
            : Flat(part, all, request);
    }

    private static string Part(string folder, string within, string[] parts, DatasetRequest request) =>
        FolderContent.Find(within, PartNames.Of(request.Part)) is { } part && parts.Contains(part)
            ? part
            : throw new AlignException(
                $"{folder}: Pascal VOC in parts, but '{request.Part}' is none of them; found "
                    + $"{string.Join(", ", parts.Select(Path.GetFileName))}"
            );

    private static DatasetLayout Flat(string folder, IReadOnlyList<string> all, DatasetRequest request) =>
        Make(FolderContent.CommonRoot(all), folder, request.Images ?? folder, [], all, request);

    private static DatasetLayout Make(
        string root,
        string annotations,
        string images,
        IReadOnlyList<string> lists,
        IReadOnlyList<string> all,
        DatasetRequest request
    )
    {
        var part = new VocPart(root, annotations, images, lists, all);
        var source = VocAnnotations.Read(part, request.Reading);
        return new(part.Path, images)
        {
            Source = source,
            Recognized =
                $"Pascal VOC in {root}: {FolderContent.Count(source.Count, "image")} of {FolderContent.Shown(root, part.Path)}, "
                + $"pictures in {FolderContent.Shown(root, images)}; {source.Describe()}",
        };
    }

    private static string Images(string folder, string annotations, DatasetRequest request) =>
        request.Images ?? FolderContent.Find(folder, ImageFolders) ?? annotations;

    /// <summary>The folder of XML files; Oxford's pets have one more in it.</summary>
    private static string? Annotations(string folder) =>
        FolderContent.Find(folder, AnnotationFolders) is { } found ? FolderContent.Find(found, "xmls") ?? found : null;

    private static IEnumerable<string> XmlParts(string annotations) =>
        FolderContent
            .Folders(annotations)
            .Where(path => PartNames.All.Contains(Path.GetFileName(path).ToLowerInvariant()) && VocPart.Xml(path).Any());

    private static IEnumerable<string> PartFolders(string folder) =>
        FolderContent.Folders(folder).Where(path => PartNames.All.Contains(Path.GetFileName(path).ToLowerInvariant()) && IsPart(path));

    /// <summary>Whether a folder holds a part: XML files beside images, or Annotations; but no dataset with parts of its own.</summary>
    private static bool IsPart(string folder) =>
        IsFlat(folder)
        || (FolderContent.Find(folder, "ImageSets") is null && Annotations(folder) is { } annotations && VocPart.Xml(annotations).Any());

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
