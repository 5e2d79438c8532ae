using System.Globalization;
using PPYolo.Data.Imaging;

namespace PPYolo.Data.Layouts;

/// <summary>What is in folders. Names are compared without regard to case, and hidden ones are not seen.</summary>
internal static class FolderContent
{
    /// <summary>The folder of one of some names, the first of them that is there; null where none is.</summary>
    public static string? Find(string folder, params IEnumerable<string> names)
    {
        var there = Folders(folder).ToLookup(path => Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);
        return names.SelectMany(name => there[name]).FirstOrDefault();
    }

    /// <summary>The folders in a folder, in the order of their names.</summary>
    public static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Shown(Directory.EnumerateDirectories(folder)).Where(path => Path.GetFileName(path) != "__MACOSX") : [];

    /// <summary>The files of some extensions in a folder, in the order of their names.</summary>
    public static IEnumerable<string> Files(string folder, params string[] extensions) =>
        Directory.Exists(folder)
            ? Shown(
                Directory
                    .EnumerateFiles(folder)
                    .Where(path => extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            )
            : [];

    /// <summary>The images in a folder, in the order of their names.</summary>
    public static IEnumerable<string> Images(string folder) => Files(folder, ImageExtensions.All);

    /// <summary>The images in a folder and the folders in it, in the order of their names.</summary>
    public static IEnumerable<string> ImagesBelow(string folder) => FilesBelow(folder, ImageExtensions.All);

    /// <summary>The files of some extensions in a folder and the folders in it, in the order of their names.</summary>
    public static IEnumerable<string> FilesBelow(string folder, params string[] extensions) =>
        Files(folder, extensions).Concat(Folders(folder).SelectMany(inside => FilesBelow(inside, extensions)));

    /// <summary>The deepest folder that some folders are in.</summary>
    public static string CommonRoot(IReadOnlyList<string> folders)
    {
        var root = Path.GetFullPath(folders[0]);
        while (folders.Any(folder => !IsIn(Path.GetFullPath(folder), root)) && Path.GetDirectoryName(root) is { } parent)
        {
            root = parent;
        }

        return root;
    }

    /// <summary>A path for people: inside a folder without the folder.</summary>
    public static string Shown(string folder, string path) =>
        IsIn(Path.GetFullPath(path), Path.GetFullPath(folder)) ? Path.GetRelativePath(folder, path) : path;

    /// <summary>A number with its noun.</summary>
    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static bool IsIn(string path, string root) =>
        path == root || path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static IEnumerable<string> Shown(IEnumerable<string> paths) =>
        paths.Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal);
}
