using System.Text;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts;

/// <summary>
/// Recognizes COCO's layout and its kin: annotations/instances_train2017.json, annotations2/voc2012_train.json, train.json,
/// custom_val.json, train/_annotations.coco.json as of Roboflow, result.json as of Label Studio.
/// </summary>
internal static class CocoFolder
{
    private static readonly string[] ImageFolders =
    [
        "JPEGImages",
        "images",
        "{0}2017",
        "images/{0}",
        "images/{0}2017",
        "{0}",
        "data",
        "images/default",
    ];

    // Programs write these where there are no parts.
    private static readonly string[] Wholes =
    [
        "_annotations.coco.json",
        "instances_default.json",
        "result.json",
        "annotations.json",
        "labels.json",
        "coco.json",
    ];

    // They have no boxes, or not those of all classes.
    private static readonly string[] Others = ["captions", "person_keypoints", "panoptic", "image_info"];
    private static readonly string[] Members = ["\"images\"", "\"annotations\"", "\"categories\""];
    private const int Beginning = 1 << 16;
    private static readonly string[] NoAnnotations = ["notes.json", "info.json", "package.json"];

    /// <summary>Looks for files that are of a part by their names; null where there are none.</summary>
    public static Recognition? Look(string folder, DatasetRequest request)
    {
        string[] all = [.. Files(folder), .. PartFiles(folder)];
        string[] named = [.. all.Where(file => IsPart(folder, file) && IsLikely(file))];
        return named.Length == 0 ? null : new(LayoutKind.Coco, Path.GetRelativePath(folder, named[0]), () => Part(folder, all, request));
    }

    /// <summary>Looks for one file that is of no part; null where there is none.</summary>
    public static Recognition? LookForWhole(string folder, DatasetRequest request)
    {
        string[] files = [.. Files(folder).Where(file => !IsOther(file) && !NoAnnotations.Contains(Path.GetFileName(file)))];
        string[] usual = [.. files.Where(file => Wholes.Contains(Path.GetFileName(file)))];
        return (usual.Length > 0 ? usual : [.. files.Where(IsLikely)]) switch
        {
            [] => null,
            [var one] => new(LayoutKind.Coco, Path.GetRelativePath(folder, one), () => Of(folder, one, request)),
            var several => new(LayoutKind.Coco, Path.GetRelativePath(folder, several[0]), () => throw Ambiguous(folder, several, request)),
        };
    }

    /// <summary>The layout of an annotation file that was named.</summary>
    public static DatasetLayout OfFile(string file, DatasetRequest request)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return new(
            file,
            request.Images
                ?? FindImages([folder], request.Part)
                ?? (FolderContent.Images(folder).Any() ? folder : null)
                ?? FindImages([Path.GetDirectoryName(folder) ?? folder], request.Part)
                ?? folder
        );
    }

    private static DatasetLayout Part(string folder, string[] all, DatasetRequest request)
    {
        string[] found = [.. all.Where(file => IsOf(folder, file, request.Part) && !IsOther(file))];
        string[] instances = [.. found.Where(file => Path.GetFileName(file).StartsWith("instances", StringComparison.OrdinalIgnoreCase))];
        return (instances.Length > 0 ? instances : found) switch
        {
            [var one] => Of(folder, one, request),
            [] => throw new AlignException(
                $"{folder}: expected annotations of '{request.Part}', such as annotations/{request.Part}.json or "
                    + $"annotations2/voc2012_{request.Part}.json; found "
                    + $"{string.Join(", ", all.Take(5).Select(file => Path.GetRelativePath(folder, file)))}; name the annotation file in "
                    + "place of the folder"
            ),
            var several => throw Ambiguous(folder, several, request),
        };
    }

    private static AlignException Ambiguous(string folder, string[] files, DatasetRequest request) =>
        new(
            $"{folder}: expected one annotation file of '{request.Part}', found {string.Join(", ", files.Take(5))}; name the one that "
                + "is meant in place of the folder"
        );

    private static DatasetLayout Of(string folder, string file, DatasetRequest request)
    {
        var own = Path.GetDirectoryName(file)!;
        return new(
            file,
            request.Images
                ?? (own != folder && FolderContent.Images(own).Any() ? own : null)
                ?? (IsInPart(folder, file) ? FindImages([own], request.Part) : null)
                ?? FindImages([folder], request.Part)
                ?? FindImages([own], request.Part)
                ?? (FolderContent.Images(folder).Any() ? folder : null)
                ?? throw new AlignException(
                    $"{folder}: expected a folder of images, one of "
                        + $"{string.Join(", ", ImageFolders.Select(name => Named(name, request.Part)))}; name it with --images"
                )
        );
    }

    private static IEnumerable<string> Files(string folder) =>
        FolderContent
            .Folders(folder)
            .Where(path => Path.GetFileName(path).StartsWith("annotations", StringComparison.OrdinalIgnoreCase))
            .Prepend(folder)
            .SelectMany(path => FolderContent.Files(path, ".json"));

    /// <summary>The one file of annotations in the folder of a part.</summary>
    private static IEnumerable<string> PartFiles(string folder) =>
        FolderContent
            .Folders(folder)
            .Where(path => PartNames.All.Contains(Path.GetFileName(path).ToLowerInvariant()))
            .SelectMany(path =>
            {
                string[] files = [.. FolderContent.Files(path, ".json").Where(file => !IsOther(file))];
                string[] usual = [.. files.Where(file => Wholes.Contains(Path.GetFileName(file)))];
                return usual.Length > 0 ? usual
                    : files is [var one] ? [one]
                    : [];
            });

    // Logs and settings are named for parts too. Of an empty file the reader says what is wrong.
    private static bool IsLikely(string file)
    {
        try
        {
            using var stream = new FileStream(InputFile.OpenRegular(file), FileAccess.Read);
            var bytes = new byte[Math.Min(stream.Length, Beginning)];
            stream.ReadExactly(bytes);
            var text = Encoding.Latin1.GetString(bytes);
            return bytes.Length == 0 || Members.Any(member => text.Contains(member, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AlignException)
        {
            return true;
        }
    }

    private static bool IsPart(string folder, string file) =>
        PartNames.NamesAny(Path.GetFileNameWithoutExtension(file)) || IsInPart(folder, file);

    private static bool IsOf(string folder, string file, string part) =>
        IsInPart(folder, file)
            ? PartNames.IsOf(Path.GetFileName(Path.GetDirectoryName(file)!), part)
            : PartNames.IsOf(Path.GetFileNameWithoutExtension(file), part);

    private static bool IsInPart(string folder, string file) =>
        Path.GetDirectoryName(file) is { } own && own != folder && PartNames.All.Contains(Path.GetFileName(own).ToLowerInvariant());

    private static bool IsOther(string file) =>
        Others.Any(other => Path.GetFileName(file).StartsWith(other, StringComparison.OrdinalIgnoreCase));

    private static string? FindImages(string[] roots, string part) =>
        roots
            .SelectMany(root =>
                PartNames
                    .Of(part)
                    .SelectMany(name => ImageFolders.Select(pattern => Named(pattern, name)))
                    .Distinct(StringComparer.Ordinal)
                    .Select(name => Below(root, name))
            )
            .FirstOrDefault(folder => folder is not null && Directory.EnumerateFiles(folder).Any());

    /// <summary>A folder in folders, whatever the case of their names.</summary>
    private static string? Below(string root, string name) =>
        name.Split('/').Aggregate((string?)root, (at, part) => at is null ? null : FolderContent.Find(at, part));

    private static string Named(string pattern, string part) => pattern.Replace("{0}", part, StringComparison.Ordinal);
}
