using PPYolo.Align;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>
/// The images of a part, one on each line: by their ids, as in ImageSets/Main/train.txt, with 1, 0 or -1 behind as in the lists of one
/// class, or by the paths of image and annotation.
/// </summary>
internal static class VocList
{
    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isKnown">Whether there is an annotation of an id.</param>
    /// <returns>The ids with their lines, from 1, each id once.</returns>
    /// <exception cref="AlignException">It cannot be read or names nothing.</exception>
    public static IReadOnlyList<(string Id, int Line)> Read(string path, Func<string, bool> isKnown)
    {
        List<(string Id, int Line)> ids =
        [
            .. TextFile
                .Lines(path, "a list of images")
                .Select((line, index) => (Id: IdOf(line.Trim(), isKnown), Line: index + 1))
                .Where(entry => entry.Id.Length > 0)
                .DistinctBy(entry => entry.Id, StringComparer.Ordinal),
        ];
        return ids.Count > 0 ? ids : throw new AlignException($"{path}: expected an image on each line, found none");
    }

    private static string IdOf(string line, Func<string, bool> isKnown)
    {
        // Names may have spaces in them.
        if (isKnown(line) || line.Length == 0)
        {
            return line;
        }

        var first = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0];
        string[] readings = [Stem(line), first, .. Ends(first)];
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words[^1] is "1" or "0" or "-1")
        {
            readings = [line[..line.LastIndexOf(words[^1], StringComparison.Ordinal)].TrimEnd(), .. readings];
        }

        return readings.FirstOrDefault(isKnown) ?? readings[0];
    }

    /// <summary>Of Images/cat/1.jpg: Images/cat/1, cat/1 and 1.</summary>
    private static IEnumerable<string> Ends(string path)
    {
        var parts = Path.ChangeExtension(path.Replace('\\', '/'), null)!.Split('/');
        return Enumerable.Range(0, parts.Length).Select(skipped => string.Join('/', parts[skipped..]));
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
}
