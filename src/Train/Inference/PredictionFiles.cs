using PPYolo.Align;

namespace PPYolo.Train.Inference;

/// <summary>The image files that a prediction is asked for.</summary>
public static class PredictionFiles
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];

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
}
