using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;
using PPYolo.Align.Reports;

namespace PPYolo.Harness.Approval;

/// <summary>
/// Tells code from environment: runs the golden theories of an earlier commit, checked out beside, and those of today in the same
/// environment, and compares both with that commit's goldens.
/// </summary>
internal static class Recheck
{
    // The tests say what they come to and are not red, for which twins would run.
    private static readonly Dictionary<string, string> ReportOnly = new() { ["PPYOLO_GOLDEN_REPORT_ONLY"] = "1" };

    /// <summary>Rechecks.</summary>
    /// <param name="repository">A folder of the repository.</param>
    /// <param name="commit">The commit of the goldens.</param>
    /// <param name="filter">A further filter of dotnet test, or null.</param>
    /// <param name="output">Where progress and outcome are shown.</param>
    /// <returns>Whether nothing moved.</returns>
    /// <exception cref="AlignException">There is no such commit, or it has no goldens, or its tests could not be built.</exception>
    public static bool Run(string repository, string commit, string? filter, TextWriter output)
    {
        var root = Git.Run(repository, "rev-parse", "--show-toplevel");
        var full = Resolve(root, commit);
        using var folder = new WorkFolder("ppyolo-recheck-");
        var work = folder.Path;
        var tree = Path.Combine(work, "tree");
        // Of a folder that is gone git forgets the tree.
        using var forgotten = Interruption.On(() => Forget(root, tree));
        Git.Run(root, "worktree", "add", "--detach", tree, full);
        try
        {
            if (!Directory.Exists(Path.Combine(tree, GoldenTheories.Folder)))
            {
                throw new AlignException($"commit {commit} has no goldens in {GoldenTheories.Folder}; name one that has");
            }

            output.WriteLine($"running the code of {full[..10]} here");
            GoldenTheories.Run(tree, Path.Combine(work, "then"), filter, ReportOnly, output);
            output.WriteLine("running today's code here");
            GoldenTheories.Run(root, Path.Combine(work, "now"), filter, ReportOnly, output);
            return Compare(Path.Combine(tree, GoldenTheories.Folder), Path.Combine(work, "then"), Path.Combine(work, "now"), output);
        }
        finally
        {
            Git.Run(root, "worktree", "remove", "--force", tree);
        }
    }

    private static void Forget(string root, string tree) => Git.Run(root, "worktree", "remove", "--force", tree);

    private static string Resolve(string root, string commit)
    {
        try
        {
            return Git.Run(root, "rev-parse", "--verify", "--end-of-options", $"{commit}^{{commit}}");
        }
        catch (AlignException exception)
        {
            throw new AlignException(
                $"--commit {commit}: {root} has no such commit; name one that git log shows (a clone without history has only its last)",
                exception
            );
        }
    }

    /// <summary>Compares the runs of both with the goldens.</summary>
    internal static bool Compare(string goldens, string then, string now, TextWriter output)
    {
        var table = new TextTable(["moved", "golden", "its own code", "today's code"]);
        var moved = new List<MovedBy>();
        foreach (var file in Directory.EnumerateFiles(goldens, $"*.verified.{GoldenText.Extension}").Order(StringComparer.Ordinal))
        {
            var name = GoldenTheories.NameOf(file);
            var golden = GoldenText.Read(file);
            foreach (var (way, theirs, ours) in Pairs(GoldenTheories.Runs(then, name), GoldenTheories.Runs(now, name)))
            {
                moved.Add(Classify(golden, theirs, ours));
                table.Add([Word(moved[^1]), way.Length == 0 ? name : $"{name} ({way})", Outcome(golden, theirs), Outcome(golden, ours)]);
            }
        }

        output.Write(table.ToString());
        if (moved.Count == 0)
        {
            throw new AlignException("no golden theory ran; look at the filter, or build the tests by hand to see why not");
        }

        var counts = moved.Where(what => what != MovedBy.Neither).CountBy(what => what).Select(pair => $"{Word(pair.Key)} {pair.Value}");
        output.WriteLine(moved.TrueForAll(what => what == MovedBy.Neither) ? "nothing moved" : $"moved: {string.Join(", ", counts)}");
        return moved.TrueForAll(what => what == MovedBy.Neither);
    }

    /// <summary>What moved.</summary>
    /// <param name="golden">The golden.</param>
    /// <param name="then">Its own code's run here.</param>
    /// <param name="now">Today's code's run here.</param>
    internal static MovedBy Classify(GoldenRecord golden, GoldenRecord? then, GoldenRecord? now)
    {
        if (then is null || now is null)
        {
            return MovedBy.NotRun;
        }

        var environment = !GoldenComparer.Compare(golden, then).Aligned;
        var code = !GoldenComparer.Compare(GoldenFloors.Borrow(then, golden), now).Aligned;
        return (environment, code) switch
        {
            (false, false) => MovedBy.Neither,
            (false, true) => MovedBy.Code,
            (true, false) => MovedBy.Environment,
            (true, true) => MovedBy.Both,
        };
    }

    private static string Outcome(GoldenRecord golden, GoldenRecord? run) =>
        run is null ? "not run"
        : GoldenComparer.Compare(golden, run) is { Aligned: true } within
            ? within.BitwiseEqual == run.Tensors.Count ? "bit for bit"
                : "within"
        : "diverged";

    private static string Word(MovedBy moved) => moved == MovedBy.NotRun ? "not run" : moved.ToString().ToLowerInvariant();

    /// <summary>
    /// The runs of both sides by their ways. A commit that does not tell ways apart has one run without a name, which stands for all; a
    /// filter may have left out both sides.
    /// </summary>
    private static IEnumerable<(string Way, GoldenRecord? Then, GoldenRecord? Now)> Pairs(
        IReadOnlyList<(string Way, GoldenRecord Run)> then,
        IReadOnlyList<(string Way, GoldenRecord Run)> now
    )
    {
        bool Unnamed(IReadOnlyList<(string Way, GoldenRecord Run)> side) => side is [{ Way: "" }];
        GoldenRecord? Of(IReadOnlyList<(string Way, GoldenRecord Run)> side, string way) =>
            side.Where(run => run.Way == way || Unnamed(side)).Select(run => run.Run).FirstOrDefault();

        var ways = new[] { then, now }
            .Where(side => !Unnamed(side))
            .SelectMany(side => side)
            .Select(run => run.Way)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return (ways.Count == 0 && then.Count + now.Count > 0 ? [""] : ways).Select(way => (way, Of(then, way), Of(now, way)));
    }
}
