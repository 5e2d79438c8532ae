namespace PPYolo.Data.Layouts;

/// <summary>What the parts of datasets are called: train and val by several names, any other by its own.</summary>
internal static class PartNames
{
    private static readonly string[][] Synonyms =
    [
        ["train", "training"],
        ["val", "valid", "validation"],
        ["test", "testing"],
        ["trainval"],
    ];

    /// <summary>The names of a part, the one that is asked for first.</summary>
    public static IReadOnlyList<string> Of(string part) =>
        [part, .. Synonyms.Where(names => names.Contains(part)).SelectMany(names => names).Where(name => name != part)];

    /// <summary>Every name of a part.</summary>
    public static IEnumerable<string> All => Synonyms.SelectMany(names => names);

    /// <summary>Whether a file's name says that it is of a part: instances_train2017, custom_val, train_annotations.</summary>
    /// <param name="stem">The file's name without its extension.</param>
    /// <param name="part">The part.</param>
    public static bool IsOf(string stem, string part)
    {
        // train_val is of neither.
        string[] parts =
        [
            .. Words(stem).Where(word => All.Contains(word) || word == part).Select(word => Of(word).Order().First()).Distinct(),
        ];
        return parts is [var one] && one == Of(part).Order().First();
    }

    /// <summary>Whether a file's name names any part.</summary>
    public static bool NamesAny(string stem) => Words(stem).Any(word => All.Contains(word));

    /// <summary>The folder of a part by one of its names, or those with a year behind it as COCO has it: train2017.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="name">The name.</param>
    public static IEnumerable<string> Folders(string folder, string name) =>
        FolderContent.Find(folder, name) is { } own
            ? [own]
            : FolderContent
                .Folders(folder)
                .Where(path => WithoutYear(Path.GetFileName(path)).Equals(name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Words(string stem) => stem.ToLowerInvariant().Split('_', '-', '.', ' ').Select(WithoutYear);

    private static string WithoutYear(string word) => word.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
}
