using PPYolo.Align;

namespace PPYolo.Harness.Checkouts;

/// <summary>Why a build or a run in a process of its own did not succeed.</summary>
internal static class ChildFailure
{
    private const int SignalBase = 128;

    /// <summary>Signals that somebody sends to a child, or the system for want of memory: SIGHUP, SIGINT, SIGKILL, SIGTERM.</summary>
    private static readonly int[] Sent = [1, 2, 9, 15];

    /// <summary>What the machine says that has no place left, or no network: another commit would fare no better.</summary>
    private static readonly string[] Machine =
    [
        "No space left on device",
        "not enough space on the disk",
        "Disk quota exceeded",
        "error NU1301",
    ];

    /// <summary>Refuses to hold against a commit what is the machine's fault.</summary>
    /// <param name="exitCode">The exit code of the child.</param>
    /// <param name="said">All that it wrote.</param>
    /// <param name="doing">What it was for.</param>
    /// <exception cref="AlignException">The disk is full, there is no network, or somebody ended the child.</exception>
    public static void RequireMachine(int exitCode, string said, string doing)
    {
        if (Array.Find(Machine, said.Contains) is { } reason)
        {
            var line = said.Split('\n').First(text => text.Contains(reason, StringComparison.Ordinal)).Trim();
            throw new AlignException(
                $"{doing} failed for the machine's sake and not the commit's: {line}; mend that, and run the same again"
            );
        }

        if (Sent.Contains(exitCode - SignalBase))
        {
            throw new AlignException(
                $"{doing} was ended by signal {exitCode - SignalBase}, by somebody or for want of memory; run the same again to go on"
            );
        }
    }

    /// <summary>
    /// The first line that speaks of an error; else the last one. Without the checkout's folder, which is gone when it is read.
    /// </summary>
    public static string FirstError(string said, string tree)
    {
        var lines = said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var line =
            Array.Find(lines, text => text.Contains(": error ", StringComparison.Ordinal))
            ?? Array.Find(
                lines,
                text =>
                    text.Contains("error", StringComparison.OrdinalIgnoreCase) || text.Contains("No test matches", StringComparison.Ordinal)
            )
            ?? lines.LastOrDefault()
            ?? "nothing was said";
        // MSBuild names the project behind the message.
        var end = line.EndsWith(']') ? line.LastIndexOf(" [", StringComparison.Ordinal) : -1;
        return (end < 0 ? line : line[..end]).Replace(tree + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }
}
