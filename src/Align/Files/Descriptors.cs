using System.Globalization;

namespace PPYolo.Align.Files;

/// <summary>
/// Paths that stand for what the caller opened before it started this program, such as /dev/stdin and the /dev/fd/63 of a shell's
/// &lt;(command): a pipe behind them has somebody at its other end already.
/// </summary>
internal static class Descriptors
{
    private static readonly string[] Folders = ["/dev/fd/", "/proc/self/fd/"];
    private static readonly string[] Standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"];

    /// <summary>The number of the descriptor that a path stands for, or null.</summary>
    public static int? Of(string path)
    {
        if (OperatingSystem.IsWindows() || path.Contains('\0'))
        {
            return null;
        }

        var full = Path.GetFullPath(path);
        var folder = Folders.FirstOrDefault(name => full.StartsWith(name, StringComparison.Ordinal));
        return Array.IndexOf(Standard, full) is >= 0 and var index ? index
            : folder is not null && int.TryParse(full[folder.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
            : null;
    }
}
