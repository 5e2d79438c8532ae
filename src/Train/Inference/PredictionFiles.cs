using PPYolo.Align;
using PPYolo.Data.Imaging;

namespace PPYolo.Train.Inference;

/// <summary>The image files that a prediction is asked for.</summary>
public static class PredictionFiles
{
    private static readonly string[] Extensions =
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".bmp",
        ".dib",
        ".webp",
        ".tif",
        ".tiff",
        ".gif",
        ".jp2",
        ".j2k",
        ".ppm",
        ".pgm",
        ".pbm",
        ".pnm",
        ".avif",
        ".exr",
        ".hdr",
        ".ras",
        ".sr",
    ];

    /// <summary>Finds the files.</summary>
    /// <param name="path">An image, whatever its name, or a folder, whose own image files are taken in the order of their names.</param>
    /// <exception cref="AlignException">There is no such file or folder, or no image in the folder.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new AlignException($"{path}: no such file or folder; expected an image or a folder of images");
        }

        string[] found =
        [
            .. Directory
                .EnumerateFiles(path)
                .Where(file =>
                    Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
                    && !Path.GetFileName(file).StartsWith('.')
                )
                .Order(StringComparer.Ordinal),
        ];
        return found.Length > 0
            ? found
            : throw new AlignException($"{path}: expected images ({string.Join(", ", Extensions)}), found none in the folder");
    }

    /// <summary>
    /// The name of each file's picture: its own, with .png behind it where pictures are not written in its format; no two are the same.
    /// </summary>
    public static IReadOnlyList<string> PictureNames(IReadOnlyList<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        // Those that keep their name have it first.
        var names = new string[files.Count];
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var index in Enumerable.Range(0, files.Count).OrderByDescending(index => Drawing.KeepsName(files[index])))
        {
            var name = Path.GetFileName(files[index]);
            var picture = Drawing.KeepsName(name) ? name : name + ".png";
            for (var number = 2; !taken.Add(picture); number++)
            {
                picture =
                    $"{Path.GetFileNameWithoutExtension(name)}.{number}{Path.GetExtension(name)}" + (Drawing.KeepsName(name) ? "" : ".png");
            }

            names[index] = picture;
        }

        return names;
    }
}
