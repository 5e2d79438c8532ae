using System.Text;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// Writes what a failed verification says: which files are new, differ, are left over or equal, then the contents. The layout is
/// Verify's, which tools read.
/// </summary>
internal static class FailureMessage
{
    public static string Of(string directory, IReadOnlyList<Outcome> outcomes, IReadOnlyList<string> deleted, bool isRefused)
    {
        var text = new StringBuilder();
        Line(text, $"Directory: {directory}");
        if (isRefused)
        {
            Line(text, "AutoVerify was refused: on a build server snapshots are compared, never approved.");
        }

        AppendFiles(text, "New", outcomes, OutcomeKind.New);
        AppendFiles(text, "NotEqual", outcomes, OutcomeKind.NotEqual);
        if (deleted.Count > 0)
        {
            Line(text, "Delete:");
            foreach (var file in deleted)
            {
                Line(text, $"  - {Path.GetFileName(file)}");
            }
        }

        AppendFiles(text, "Equal", outcomes, OutcomeKind.Equal);
        if (!VerifierSettings.OmitsContent)
        {
            AppendContents(text, outcomes);
        }

        return text.ToString();
    }

    private static void AppendFiles(StringBuilder text, string title, IReadOnlyList<Outcome> outcomes, OutcomeKind kind)
    {
        var isFirst = true;
        foreach (var outcome in outcomes.Where(outcome => outcome.Kind == kind))
        {
            if (isFirst)
            {
                Line(text, $"{title}:");
                isFirst = false;
            }

            Line(text, $"  - Received: {Path.GetFileName(outcome.Files.ReceivedPath)}");
            Line(text, $"    Verified: {Path.GetFileName(outcome.Files.VerifiedPath)}");
        }
    }

    private static void AppendContents(StringBuilder text, IReadOnlyList<Outcome> outcomes)
    {
        var added = outcomes.Where(outcome => outcome.Kind == OutcomeKind.New && outcome.Received is not null).ToArray();
        var changed = outcomes
            .Where(outcome => outcome.Kind == OutcomeKind.NotEqual && (outcome.Received ?? outcome.Message) is not null)
            .ToArray();
        if (added.Length + changed.Length == 0)
        {
            return;
        }

        Line(text, "\nFileContent:\n");
        AppendSection(text, "New", added, outcome => Line(text, $"Received: {Name(outcome.Files.ReceivedPath)}\n{outcome.Received}\n"));
        AppendSection(text, "NotEqual", changed, outcome => AppendChanged(text, outcome));
    }

    private static void AppendSection(StringBuilder text, string title, Outcome[] outcomes, Action<Outcome> append)
    {
        if (outcomes.Length > 0)
        {
            Line(text, $"{title}:\n");
            Array.ForEach(outcomes, append);
        }
    }

    private static void AppendChanged(StringBuilder text, Outcome outcome)
    {
        var (received, verified) = (Name(outcome.Files.ReceivedPath), Name(outcome.Files.VerifiedPath));
        Line(
            text,
            outcome.Message is { } message
                ? $"Received: {received}\nVerified: {verified}\nCompare Result:\n{message}\n"
                : $"Received: {received}\n{outcome.Received}\nVerified: {verified}\n{outcome.Verified}\n"
        );
    }

    private static string Name(string path) => Path.GetFileName(path);

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
