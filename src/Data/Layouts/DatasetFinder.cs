using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts.Voc;
using PPYolo.Data.Layouts.Yolo;

namespace PPYolo.Data.Layouts;

/// <summary>Finds datasets as they are downloaded: COCO, Pascal VOC, YOLO text, and what programs make of them.</summary>
public static class DatasetFinder
{
    // Archives put folders into folders: VOCdevkit/VOC2012.
    private const int Depth = 2;

    private static readonly string[] Archives = [".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"];

    /// <summary>As <see cref="Find"/>, for a part that a dataset may have; null where it has none, or not one alone.</summary>
    public static DatasetLayout? TryFind(string path, string part, string? images = null, DatasetReading? reading = null)
    {
        try
        {
            return Find(path, part, images, reading);
        }
        catch (AlignException)
        {
            return null;
        }
    }

    /// <summary>Finds a dataset.</summary>
    /// <param name="path">The dataset's folder; or the file that says what is in it: COCO's .json, YOLO's data.yaml, a list .txt.</param>
    /// <param name="part">train, val, or what the dataset calls its part.</param>
    /// <param name="images">The image folder where it is none of the usual ones, else null.</param>
    /// <param name="reading">What decides where the files leave it open, or null.</param>
    /// <exception cref="AlignException">It is not there, it is nothing known, or there are several.</exception>
    public static DatasetLayout Find(string path, string part, string? images = null, DatasetReading? reading = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(part);
        var request = new DatasetRequest(part, images, reading ?? new());
        if (images is not null && !Directory.Exists(images))
        {
            throw new AlignException($"--images {images}: expected a folder of images, found none");
        }

        return File.Exists(path) ? OfFile(path, request)
            : Directory.Exists(path) ? OfFolder(path, request)
            : throw new AlignException($"{path}: no such file or folder; expected a dataset's folder or its annotation file");
    }

    private static DatasetLayout OfFile(string path, DatasetRequest request) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".yaml" or ".yml" or ".data" => YoloFolder.OfFile(path, request),
            ".txt" => VocFolder.FromList(path, request) ?? YoloFolder.OfFile(path, request),
            _ when IsArchive(path) => throw new AlignException(
                $"{path}: expected a dataset's folder, or the file that says what is in it, found an archive; unpack it, and name the "
                    + "folder"
            ),
            _ => CocoFolder.OfFile(path, request),
        };

    private static bool IsArchive(string path) => Archives.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static DatasetLayout OfFolder(string path, DatasetRequest request)
    {
        List<string> folders = [path];
        for (var depth = 0; depth <= Depth; depth++)
        {
            var found = folders
                .Select(folder => (Folder: folder, Kinds: Recognize(folder, request)))
                .Where(one => one.Kinds.Length > 0)
                .ToList();
            if (found is [var (folder, kinds)])
            {
                return Choose(folder, kinds);
            }

            if (found.Count > 1)
            {
                throw new AlignException(
                    $"{path}: expected one dataset, found "
                        + $"{string.Join(", ", found.Select(one => $"{one.Folder} ({one.Kinds[0].Name})"))}; name the folder of the one "
                        + "that is meant"
                );
            }

            folders = [.. folders.SelectMany(FolderContent.Folders)];
        }

        string[] there =
        [
            .. FolderContent.Folders(path).Select(folder => Path.GetFileName(folder) + "/"),
            .. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal),
        ];
        throw new AlignException(
            $"{path}: expected a dataset, found {(there.Length == 0 ? "an empty folder" : string.Join(", ", there.Take(5)))}"
                + $"{(there.Length > 5 ? ", ..." : "")}; {(there.Any(IsArchive) ? "unpack the archive; " : "")}known are COCO "
                + "(annotations/instances_train2017.json, train.json, train/_annotations.coco.json), Pascal VOC (Annotations/*.xml with "
                + "JPEGImages) and YOLO text (data.yaml or classes.txt with images and labels)"
        );
    }

    /// <summary>What a folder could be, the likeliest first.</summary>
    private static Recognition[] Recognize(string folder, DatasetRequest request)
    {
        Recognition?[] all = [CocoFolder.Look(folder, request), VocFolder.Look(folder, request), YoloFolder.Look(folder, request)];
        Recognition[] found = [.. all.OfType<Recognition>().Where(one => IsAsked(one.Kind))];
        return found.Length > 0 || !IsAsked(LayoutKind.Coco) || CocoFolder.LookForWhole(folder, request) is not { } whole ? found : [whole];

        bool IsAsked(LayoutKind kind) => request.Reading.Layout is not { } asked || asked == kind;
    }

    private static DatasetLayout Choose(string folder, Recognition[] kinds)
    {
        // The reference trains on COCO files that were made of VOC's and lie beside them.
        if (kinds is [{ Kind: LayoutKind.Voc }, { Kind: LayoutKind.Yolo }])
        {
            throw new AlignException(
                $"{folder}: expected one layout, found {kinds[0].Name} ({kinds[0].Evidence}) and {kinds[1].Name} ({kinds[1].Evidence}); "
                    + "choose with --layout voc or --layout yolo"
            );
        }

        var chosen = kinds[0].Open();
        return chosen with
        {
            Recognized =
                chosen.Recognized
                + string.Concat(kinds.Skip(1).Select(one => $"; also there is {one.Name} ({one.Evidence}), which {one.Option} takes")),
        };
    }
}
