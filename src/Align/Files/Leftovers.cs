namespace PPYolo.Align.Files;

/// <summary>
/// The names under which files are written before they get their own, and those that somebody left who was killed while writing.
/// </summary>
internal static class Leftovers
{
    private const string Extension = ".tmp";
    private const int IdLetters = 32;

    /// <summary>A name beside a file that nobody else has.</summary>
    public static string NewName(string path) => $"{path}.{Guid.NewGuid():N}{Extension}";

    /// <summary>Removes what others left beside a file. What is being written is open for its writer alone, and stays.</summary>
    public static void Remove(string path)
    {
        var name = Path.GetFileName(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (name.Length == 0 || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, $"*{Extension}").Where(file => IsOf(name, Path.GetFileName(file))))
        {
            try
            {
                using (File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    File.Delete(file);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Somebody writes it, or it is not ours to remove.
            }
        }
    }

    private static bool IsOf(string name, string file) =>
        file.Length == name.Length + 1 + IdLetters + Extension.Length
        && file.StartsWith(name + ".", StringComparison.Ordinal)
        && Guid.TryParseExact(file.AsSpan(name.Length + 1, IdLetters), "N", out _);
}
