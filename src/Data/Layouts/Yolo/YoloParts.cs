using PPYolo.Align;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>The parts of a YOLO dataset that no file describes.</summary>
/// <param name="folder">Its folder.</param>
internal sealed class YoloParts(string folder)
{
    /// <summary>The parts, or one that is everything.</summary>
    public IReadOnlyList<YoloPart> All
    {
        get
        {
            YoloPart[] parts = [.. Named.Select(part => part.Part)];
            return parts.Length > 0 ? parts : [Pictures is { } pictures ? YoloPart.Folder(pictures) : YoloPart.Flat(folder)];
        }
    }

    private IEnumerable<(string Name, YoloPart Part)> Named =>
        PartNames
            .All.Select(name => (Name: name, Part: PartOf(name)))
            .Where(part => part.Part is not null)
            .Select(part => (part.Name, part.Part!));

    private string? Pictures => FolderContent.Find(folder, "images", "JPEGImages");

    /// <summary>A part, or everything where there are no parts.</summary>
    /// <exception cref="AlignException">There are parts, and this is none of them.</exception>
    public YoloPart Find(string part)
    {
        var named = Named.ToDictionary(one => one.Name, one => one.Part, StringComparer.Ordinal);
        return named.Count == 0 ? All[0]
            : PartNames.Of(part).FirstOrDefault(named.ContainsKey) is { } name ? named[name]
            : throw new AlignException(
                $"{folder}: YOLO text in parts, but '{part}' is none of them; found {string.Join(", ", named.Keys)}"
            );
    }

    private YoloPart? PartOf(string name)
    {
        foreach (var parent in new[] { folder, Pictures }.OfType<string>())
        {
            string[] there = [.. PartNames.Folders(parent, name).Where(path => FolderContent.ImagesBelow(path).Any())];
            if (there.Length > 0)
            {
                return YoloPart.All([.. there.Select(YoloPart.Folder)]);
            }
        }

        return FolderContent.Files(folder, ".txt").FirstOrDefault(file => Path.GetFileName(file) == name + ".txt") is { } list
            ? YoloPart.List(list, [folder, .. new[] { Pictures }.OfType<string>()])
            : null;
    }
}
