using PPYolo.Align;

namespace PPYolo.Harness.Approval;

/// <summary>Asks git.</summary>
internal static class Git
{
    /// <summary>The commit that is checked out, shortened; null where there is none or no git.</summary>
    public static string? Head(string path)
    {
        try
        {
            var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
            return Run(folder, "rev-parse", "--short", "HEAD");
        }
        catch (AlignException)
        {
            return null;
        }
    }

    /// <summary>What git prints.</summary>
    /// <exception cref="AlignException">It is not installed, or failed.</exception>
    public static string Run(string folder, params string[] arguments)
    {
        var (exitCode, output, errors) = ChildProcess.Run("git", ["-C", folder, .. arguments]);
        return exitCode == 0 ? output.Trim() : throw new AlignException($"git {string.Join(' ', arguments)}: {errors.Trim()}");
    }
}
