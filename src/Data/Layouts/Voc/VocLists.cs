using PPYolo.Align;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>Finds the lists that say which images belong to a part: ImageSets/Main/train.txt, or train.txt beside Annotations.</summary>
internal static class VocLists
{
    /// <summary>The lists of a part: one; or those of its classes, such as cat_train.txt, where there is no other; or none.</summary>
    /// <param name="folder">The dataset's folder.</param>
    /// <param name="part">The part.</param>
    /// <exception cref="AlignException">There are lists, and none is of this part.</exception>
    public static IReadOnlyList<string> Of(string folder, string part)
    {
        var sets = FolderContent.Find(folder, "ImageSets");
        var main = sets is null ? folder : FolderContent.Find(sets, "Main") ?? sets;
        string[] all = [.. FolderContent.Files(main, ".txt").Where(file => IsPart(Stem(file)) || main != folder)];
        string[] whole = [.. all.Where(file => IsPart(Stem(file)) || !Stem(file).Contains('_'))];
        string[] byClass = [.. all.Except(whole).Where(file => IsPart(LastWord(file)))];
        if (whole.Length + byClass.Length == 0)
        {
            return [];
        }

        foreach (var name in PartNames.Of(part))
        {
            if (whole.FirstOrDefault(file => Stem(file).Equals(name, StringComparison.OrdinalIgnoreCase)) is { } list)
            {
                return [list];
            }

            string[] lists = [.. byClass.Where(file => LastWord(file).Equals(name, StringComparison.OrdinalIgnoreCase))];
            if (lists.Length > 0)
            {
                return lists;
            }
        }

        // Programs that know no parts write default.txt.
        if (whole is [var only] && byClass.Length == 0 && !IsPart(Stem(only)))
        {
            return [only];
        }

        var found = (whole.Length > 0 ? whole : byClass).Take(5).Select(file => Path.GetRelativePath(folder, file));
        throw new AlignException(
            $"{folder}: Pascal VOC, but it has no list of '{part}' such as ImageSets/Main/{part}.txt; found {string.Join(", ", found)}; "
                + "name the list itself in place of the folder"
        );
    }

    private static bool IsPart(string name) => PartNames.All.Contains(name.ToLowerInvariant());

    // One of VOC's classes is called train: of train_val.txt the part is val.
    private static string LastWord(string file) => Stem(file).Split('_')[^1];

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);
}
