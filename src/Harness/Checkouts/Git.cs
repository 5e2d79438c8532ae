using PPYolo.Align;

namespace PPYolo.Harness.Checkouts;

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

    /// <summary>The top folder of the repository that a folder is in.</summary>
    /// <exception cref="AlignException">It is in none, or git is not installed.</exception>
    public static string Root(string folder)
    {
        try
        {
            return Run(folder, "rev-parse", "--show-toplevel");
        }
        catch (AlignException exception) when (exception.InnerException is null)
        {
            throw new AlignException(
                $"{folder}: expected a folder of a git repository with its files checked out ({exception.Message}); name one with "
                    + "--repository",
                exception
            );
        }
    }

    /// <summary>The full name of a commit.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">Any name of it: a hash, a branch, a tag.</param>
    /// <param name="option">The option that it was given with, for the message.</param>
    /// <exception cref="AlignException">There is no such commit.</exception>
    public static string Resolve(string root, string commit, string option)
    {
        try
        {
            return Run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", $"{commit}^{{commit}}");
        }
        catch (AlignException exception)
        {
            throw new AlignException(
                $"{option} {commit}: {root} has no such commit; name one that git log shows (a clone without history has only its last)",
                exception
            );
        }
    }

    /// <summary>What git prints.</summary>
    /// <exception cref="AlignException">It is not installed, or failed.</exception>
    public static string Run(string folder, params string[] arguments)
    {
        var (exitCode, output, errors) = ChildProcess.Run("git", ["-C", folder, .. arguments]);
        return exitCode == 0 ? output.Trim() : throw new AlignException($"git {string.Join(' ', arguments)}: {Reason(errors)}");
    }

    /// <summary>Whether git answers yes, which is exit code 0, and not no, which is 1.</summary>
    /// <exception cref="AlignException">It is not installed, or failed.</exception>
    public static bool Ask(string folder, params string[] arguments)
    {
        var (exitCode, _, errors) = ChildProcess.Run("git", ["-C", folder, .. arguments]);
        return exitCode is 0 or 1 ? exitCode == 0 : throw new AlignException($"git {string.Join(' ', arguments)}: {Reason(errors)}");
    }

    /// <summary>The line that says why, without the progress before it and the advice behind it.</summary>
    private static string Reason(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(line =>
                line.StartsWith("fatal: ", StringComparison.Ordinal) || line.StartsWith("error: ", StringComparison.Ordinal)
            )
            ?? lines.LastOrDefault()
            ?? "it failed without a word";
    }
}
