using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Approval;

/// <summary>
/// Records goldens anew after a change of numbers that concerns many, and approves them. The tests look for goldens in an empty folder, so
/// that each is received anew, and the approved ones stay where they are until there is something to put in their place: a run that fails,
/// or is ended, loses none.
/// </summary>
internal static class Renewal
{
    /// <summary>Renews.</summary>
    /// <param name="repository">A folder of the repository.</param>
    /// <param name="reason">Why the new numbers are right.</param>
    /// <param name="filter">A further filter of dotnet test, for some of the theories; null renews all.</param>
    /// <param name="mayChangeEnvironment">Whether the environment changed on purpose.</param>
    /// <param name="output">Where everything is shown.</param>
    /// <returns>Whether everything that ran was approved, and, without a filter, no golden was kept.</returns>
    /// <exception cref="AlignException">This is a build server, there is no reason, or no test ran.</exception>
    public static bool Run(string repository, string reason, string? filter, bool mayChangeEnvironment, TextWriter output)
    {
        ApprovalSession.RequireSomebody();
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new AlignException("an approval needs a reason: give --reason \"what was changed, and why the new numbers are right\"");
        }

        var root = Git.Root(repository);
        using var work = new WorkFolder("ppyolo-renew-");
        string received = work.File("received"),
            runs = work.File("runs");
        Directory.CreateDirectory(received);
        output.WriteLine("recording; every test is red for want of a golden");
        GoldenTheories.Require(
            root,
            TheoryPlan.House(filter),
            runs,
            new Dictionary<string, string> { ["PPYOLO_GOLDEN_FOLDER"] = received },
            output
        );
        output.WriteLine();
        return Settle(TheoryPlan.HouseFolder(root), received, runs, filter is null, reason, mayChangeEnvironment, output);
    }

    /// <summary>Puts what was received in the place of what was approved.</summary>
    /// <param name="goldens">The folder of the approved goldens.</param>
    /// <param name="received">The folder of the received ones.</param>
    /// <param name="runs">What each test came to.</param>
    /// <param name="whole">Whether every golden was to be received.</param>
    /// <param name="reason">Why.</param>
    /// <param name="mayChangeEnvironment">Whether the environment changed on purpose.</param>
    /// <param name="output">Where everything is shown.</param>
    internal static bool Settle(
        string goldens,
        string received,
        string runs,
        bool whole,
        string reason,
        bool mayChangeEnvironment,
        TextWriter output
    )
    {
        var (approved, refused) = (0, 0);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(received, $"*.received.{GoldenText.Extension}").Order(StringComparer.Ordinal))
        {
            names.Add(TheoryResults.NameOf(file));
            // From here on it is a received file like any other: what is refused can be looked at, and approved later.
            var snapshot = ReceivedSnapshot.Of(Path.Combine(goldens, Path.GetFileName(file)));
            File.Move(file, snapshot.Received, overwrite: true);
            if (ApprovalSession.Approve(snapshot, Disagreements(snapshot, runs), reason, mayChangeEnvironment, output, ask: null))
            {
                approved++;
            }
            else
            {
                refused++;
            }
        }

        var failures = TheoryResults.Failures(runs);
        foreach (var (test, message) in failures)
        {
            output.WriteLine($"failed before its golden: {test}: {message}");
        }

        var kept = Directory
            .EnumerateFiles(goldens, $"*.verified.{GoldenText.Extension}")
            .Select(TheoryResults.NameOf)
            .Where(name => !names.Contains(name))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (whole)
        {
            kept.ForEach(name => output.WriteLine($"kept, since nothing was received: {name}"));
        }

        output.WriteLine(
            $"{approved} approved, {refused} refused, {kept.Count} kept as they were, {failures.Count} tests failed before their golden"
        );
        return approved > 0 && refused == 0 && failures.Count == 0 && (!whole || kept.Count == 0);
    }

    /// <summary>Tests that share a golden must come to the same.</summary>
    private static IEnumerable<string> Disagreements(ReceivedSnapshot snapshot, string runs)
    {
        var golden = GoldenText.Read(snapshot.Received);
        return TheoryResults
            .Runs(runs, TheoryResults.NameOf(snapshot.Received))
            .Select(run => (run.Way, Comparison: GoldenComparer.Compare(golden, run.Run)))
            .Where(run => !run.Comparison.Aligned)
            .Select(run =>
                $"the test that comes to it by {(run.Way.Length == 0 ? "itself" : run.Way)} is not within it: {run.Comparison.Summary}"
            );
    }
}
