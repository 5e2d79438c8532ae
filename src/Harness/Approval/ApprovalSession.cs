using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Locks;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Approval;

/// <summary>Goes through received snapshots: shows each, refuses or approves it.</summary>
internal static class ApprovalSession
{
    // Another approval takes no longer, unless somebody is asked.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Approves what may be approved.</summary>
    /// <param name="path">A folder, or one received file.</param>
    /// <param name="reason">Why, for all; null asks for each.</param>
    /// <param name="mayChangeEnvironment">Whether the environment changed on purpose.</param>
    /// <param name="output">Where everything is shown.</param>
    /// <param name="ask">Asks for a reason; an empty answer leaves the file.</param>
    /// <returns>Whether nothing was refused or left.</returns>
    /// <exception cref="AlignException">This is a build server, or there is nobody to ask.</exception>
    public static bool Run(string path, string? reason, bool mayChangeEnvironment, TextWriter output, Func<string?>? ask)
    {
        RequireSomebody();
        var all = ReceivedSnapshot.Find(path);
        if (all.Count > 0 && string.IsNullOrWhiteSpace(reason) && ask is null)
        {
            throw new AlignException(
                "an approval needs a reason, and there is no terminal to ask at: give --reason \"what was changed, and why the new "
                    + "numbers are right\""
            );
        }

        var left = all.Count(snapshot => !Approve(snapshot, [], reason, mayChangeEnvironment, output, ask));
        output.WriteLine(all.Count == 0 ? $"{path}: there is nothing to approve" : $"{all.Count - left} approved, {left} not");
        return left == 0;
    }

    /// <summary>Refuses to go on where nobody looks.</summary>
    /// <exception cref="AlignException">This is a build server.</exception>
    public static void RequireSomebody()
    {
        if (BuildServer.Detected)
        {
            throw new AlignException(
                "this is a build server (CI): snapshots are compared here, never approved; approve where somebody looks at them"
            );
        }
    }

    /// <summary>Shows a snapshot and approves it, unless there is an objection or no reason.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="further">What is to be said against it besides what stands in it.</param>
    /// <param name="reason">Why; null asks.</param>
    /// <param name="mayChangeEnvironment">Whether the environment changed on purpose.</param>
    /// <param name="output">Where everything is shown.</param>
    /// <param name="ask">Asks for a reason; an empty answer leaves the file.</param>
    public static bool Approve(
        ReceivedSnapshot snapshot,
        IEnumerable<string> further,
        string? reason,
        bool mayChangeEnvironment,
        TextWriter output,
        Func<string?>? ask
    )
    {
        // What is shown is what is approved, and the log has a line for each: nobody else approves beside it.
        using var alone = FolderLock.Take(Path.GetDirectoryName(Path.GetFullPath(snapshot.Verified))!, Patience);
        if (!File.Exists(snapshot.Received))
        {
            output.WriteLine($"{snapshot.Received}: is not there any more; somebody else approved or removed it\n");
            return false;
        }

        var (text, line, found) = snapshot.Describe(mayChangeEnvironment);
        List<string> objections = [.. found, .. further];
        output.WriteLine($"{snapshot.Received}\n{text}");
        foreach (var objection in objections)
        {
            output.WriteLine($"refused: {objection}");
        }

        if (
            objections.Count > 0
            || (string.IsNullOrWhiteSpace(reason) ? ask?.Invoke() : reason) is not { } why
            || string.IsNullOrWhiteSpace(why)
        )
        {
            output.WriteLine();
            return false;
        }

        GoldenApproval.Approve(
            snapshot.Received,
            snapshot.Verified,
            why,
            $"{line}{(Git.Head(snapshot.Received) is { } commit ? $"; on top of {commit}" : "")}"
        );
        output.WriteLine("approved\n");
        return true;
    }
}
