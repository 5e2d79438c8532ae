using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Train.Goldens;

/// <summary>Goes through received snapshots: shows each, refuses or approves it.</summary>
internal static class ApprovalSession
{
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
        if (BuildServer.Detected)
        {
            throw new AlignException("this is a build server (CI): snapshots are compared here, never approved; approve where somebody looks at them");
        }

        var all = ReceivedSnapshot.Find(path);
        if (all.Count > 0 && string.IsNullOrWhiteSpace(reason) && ask is null)
        {
            throw new AlignException("an approval needs a reason, and there is no terminal to ask at: give --reason \"what was changed, and why the new numbers are right\"");
        }

        var left = 0;
        foreach (var snapshot in all)
        {
            var (text, line, objections) = snapshot.Describe(mayChangeEnvironment);
            output.WriteLine($"{snapshot.Received}\n{text}");
            foreach (var objection in objections)
            {
                output.WriteLine($"refused: {objection}");
            }

            if (objections.Count > 0 || (string.IsNullOrWhiteSpace(reason) ? ask!() : reason) is not { } why || string.IsNullOrWhiteSpace(why))
            {
                left++;
                output.WriteLine();
                continue;
            }

            GoldenApproval.Approve(snapshot.Received, snapshot.Verified, why, $"{line}{(Git.Head(path) is { } commit ? $"; on top of {commit}" : "")}");
            output.WriteLine("approved\n");
        }

        output.WriteLine(all.Count == 0 ? $"{path}: there is nothing to approve" : $"{all.Count - left} approved, {left} not");
        return left == 0;
    }
}
