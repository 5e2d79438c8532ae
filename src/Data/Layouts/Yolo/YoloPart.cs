using PPYolo.Align;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>A part of a YOLO dataset: some images.</summary>
/// <param name="Name">Where they are, for people.</param>
/// <param name="Images">The images.</param>
internal sealed record YoloPart(string Name, Func<IEnumerable<string>> Images)
{
    /// <summary>The lines of lists whose images are not there: the list, the line, from 1, and what stands in it.</summary>
    public Func<IEnumerable<(string List, int Line, string Text)>> Missing { get; private init; } = () => [];

    /// <summary>The folder of its labels, where it is one folder of images with labels apart from them; else null.</summary>
    public string? LabelFolder { get; private init; }

    /// <summary>The images in a folder itself, with their labels beside them.</summary>
    public static YoloPart Flat(string folder) => new(folder, () => FolderContent.Images(Path.GetFullPath(folder)));

    /// <summary>The images below a folder.</summary>
    public static YoloPart Folder(string folder)
    {
        var full = Path.GetFullPath(folder);
        var inside = FolderContent.Find(full, "images") ?? full;
        var labels = new LabelFiles().FolderOf(inside);
        return new(inside, () => FolderContent.ImagesBelow(inside)) { LabelFolder = labels == inside ? null : labels };
    }

    /// <summary>The images that a list names, one on each line.</summary>
    /// <param name="list">The list.</param>
    /// <param name="folders">Where paths of other machines are looked for, beside the list's own folder.</param>
    public static YoloPart List(string list, IReadOnlyList<string> folders)
    {
        var lines = new Lazy<IReadOnlyList<(string? Path, int Line, string Text)>>(() => Listed(list, folders));
        return new(list, () => lines.Value.Select(line => line.Path).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            Missing = () => lines.Value.Where(line => line.Path is null).Select(line => (list, line.Line, line.Text)),
        };
    }

    /// <summary>What a description names.</summary>
    /// <param name="described">The description.</param>
    /// <param name="key">The part.</param>
    /// <param name="folder">The description's folder.</param>
    /// <exception cref="AlignException">It is not there.</exception>
    public static YoloPart Described(YoloDescription described, string key, string folder)
    {
        // The path is often of the machine on which the file was written.
        var start = described["path"] is { } path ? Find(path, [folder]) : null;
        string[] bases = [.. new[] { start, folder }.OfType<string>().Where(Directory.Exists)];
        YoloPart[] parts =
        [
            .. described
                .Values[key]
                .Select(value =>
                    Find(value, bases)
                    ?? throw new AlignException(
                        $"{described.Path}: {key}: expected a folder of images or a list of them, but '{value}' is not there; looked in "
                            + $"{string.Join(" and ", bases)}"
                    )
                )
                .Select(found => File.Exists(found) ? List(found, bases) : Folder(found)),
        ];
        return All(parts);
    }

    /// <summary>Some parts as one.</summary>
    public static YoloPart All(IReadOnlyList<YoloPart> parts) =>
        parts is [var one]
            ? one
            : new(string.Join(", ", parts.Select(part => part.Name)), () => parts.SelectMany(part => part.Images()).Distinct())
            {
                Missing = () => parts.SelectMany(part => part.Missing()),
            };

    /// <summary>The label files in its label folder that no image has.</summary>
    public IReadOnlyList<string> Orphans(LabelFiles labels)
    {
        if (LabelFolder is null)
        {
            return [];
        }

        var names = Images().Select(image => Path.GetFileNameWithoutExtension(image)).ToHashSet(StringComparer.Ordinal);
        return [.. labels.In(LabelFolder).Where(label => !names.Contains(label.Key)).Select(label => label.Value)];
    }

    private static List<(string? Path, int Line, string Text)> Listed(string list, IReadOnlyList<string> folders)
    {
        string[] bases = [Path.GetDirectoryName(Path.GetFullPath(list))!, .. folders];
        List<(string? Path, int Line, string Text)> lines =
        [
            .. TextFile
                .Lines(list, "a list of images")
                .Select((line, index) => (Text: line.Trim(), Line: index + 1))
                .Where(line => line.Text.Length > 0)
                .Select(line => (Find(line.Text, bases) is { } path && File.Exists(path) ? path : null, line.Line, line.Text)),
        ];
        return lines.Count == 0 || lines.Exists(line => line.Path is not null)
            ? lines
            : throw new AlignException($"{list}: expected a list of images, but none of them is there, such as '{lines[0].Text}'");
    }

    /// <summary>
    /// A path of a description. Exports begin their paths with .. though the folders lie beside the file, so that these come first.
    /// </summary>
    private static string? Find(string text, IReadOnlyList<string> bases)
    {
        var local = text.Replace('\\', '/');
        var stripped = local;
        while (stripped.StartsWith("../", StringComparison.Ordinal) || stripped.StartsWith("./", StringComparison.Ordinal))
        {
            stripped = stripped[(stripped.IndexOf('/', StringComparison.Ordinal) + 1)..];
        }

        return (Path.IsPathRooted(local) && Path.Exists(local) ? local : null)
            ?? First(folder => PortablePath.Inside(folder, stripped))
            ?? First(folder => Path.GetFullPath(Path.Combine(folder, local)) is var path && Path.Exists(path) ? path : null)
            ?? First(folder => PortablePath.EndInside(folder, local));

        string? First(Func<string, string?> look) => bases.Select(look).FirstOrDefault(path => path is not null);
    }
}
