namespace PPYolo.Data.Datasets;

/// <summary>
/// Finds what paths mean that were written on another machine: C:\Users\me\set\images, /content/set/images, or ../train/images beside
/// train.
/// </summary>
internal static class PortablePath
{
    /// <summary>
    /// A path inside a folder, with either separator, and as a web address writes it (my%20photo.jpg); null where it is not there or would
    /// lie outside.
    /// </summary>
    public static string? Inside(string folder, string text)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var local = text.Replace('\\', '/');
        return new[] { text, local, Uri.UnescapeDataString(local) }
            .Where(name => !name.Contains('\0', StringComparison.Ordinal))
            .Select(name => Path.GetFullPath(Path.Combine(root, name)))
            .FirstOrDefault(path => path.StartsWith(root, StringComparison.Ordinal) && Path.Exists(path));
    }

    /// <summary>The longest end of a path that is there inside a folder; null where none is.</summary>
    public static string? EndInside(string folder, string text)
    {
        string[] parts = [.. Parts(text).SkipWhile(part => part is ".." or ".")];
        return Enumerable
            .Range(0, parts.Length)
            .Select(skipped => Inside(folder, string.Join('/', parts[skipped..])))
            .FirstOrDefault(path => path is not null);
    }

    /// <summary>Whether a path cannot be meant as one inside a folder: it is absolute, of a drive, of the web, or leads out.</summary>
    public static bool LeadsOut(string text)
    {
        var parts = text.Replace('\\', '/').Split('/');
        return parts[0].Length == 0 || parts[0].EndsWith(':') || parts.Contains("..");
    }

    // Label Studio serves files of its machine as /data/local-files/?d=images/1.jpg.
    private static IEnumerable<string> Parts(string text) =>
        text.Replace('\\', '/')
            .Replace("?d=", "/", StringComparison.Ordinal)
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => !part.EndsWith(':'));
}
