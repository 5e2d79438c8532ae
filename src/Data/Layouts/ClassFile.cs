using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Layouts;

/// <summary>Files that name the classes of a dataset, one on each line, in their order.</summary>
public static class ClassFile
{
    private static readonly string[] Usual =
    [
        "classes.txt",
        "labels.txt",
        "label_list.txt",
        "predefined_classes.txt",
        "class_names.txt",
        "names.txt",
        "_darknet.labels",
        "obj.names",
    ];

    /// <summary>Whether a file is one by its name, and so no label file of an image.</summary>
    public static bool IsUsual(string path) => Usual.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The class file of a dataset, or null where it has none.</summary>
    /// <param name="folders">Where to look, the first that has one counts.</param>
    /// <exception cref="AlignException">A folder has several, and they differ.</exception>
    public static string? Find(params IEnumerable<string> folders)
    {
        foreach (var folder in folders.Distinct(StringComparer.Ordinal))
        {
            string[] found = [.. FolderContent.Files(folder, ".txt", ".labels").Where(IsUsual), .. FolderContent.Files(folder, ".names")];
            if (found.Length > 1 && found.Skip(1).Any(file => !Read(file).SequenceEqual(Read(found[0]))))
            {
                throw new AlignException(
                    $"{folder}: expected one file of class names, found several that differ: "
                        + $"{string.Join(", ", found.Select(Path.GetFileName))}; name the one that counts with --names"
                );
            }

            if (found.Length > 0)
            {
                return found[0];
            }
        }

        return null;
    }

    /// <summary>Reads one: a COCO file (.json), whose categories count, or a text with a name on each line.</summary>
    /// <exception cref="AlignException">It cannot be read, has no name, or a name twice.</exception>
    public static ImmutableArray<string> Read(string path)
    {
        ImmutableArray<string> names = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase)
            ? [.. CocoSetReader.Read(path).Categories.Select(category => category.Name)]
            : [.. TextFile.Lines(path, "a class name on each line").Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (names.IsEmpty)
        {
            throw new AlignException($"{path}: expected a class name on each line, found none");
        }

        return names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new AlignException($"{path}: expected every class once, found '{twice.Key}' {twice.Count()} times")
            : names;
    }
}
