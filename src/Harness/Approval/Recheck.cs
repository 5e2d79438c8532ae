using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;
using PPYolo.Align.Reports;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Approval;

/// <summary>
/// Tells code from environment: runs the golden theories of an earlier commit, checked out beside, and those of today in the same
/// environment, and compares both with that commit's goldens.
/// </summary>
internal static class Recheck
{
    /// <summary>Rechecks.</summary>
    /// <param name="repository">A folder of the repository.</param>
    /// <param name="commit">The commit of the goldens.</param>
    /// <param name="choice">Which theories, and how they are built and run.</param>
    /// <param name="output">Where progress and outcome are shown.</param>
    /// <returns>Whether nothing moved.</returns>
    /// <exception cref="AlignException">There is no such commit, or it has no goldens, or its tests could not be built.</exception>
    public static bool Run(string repository, string commit, TheoryChoice choice, TextWriter output)
    {
        var root = Git.Root(repository);
        var full = Git.Resolve(root, commit, "--commit");
        var paths = CommitGoldens.Choose(root, full, choice.Golden);
        var plan = TheoryPlan.Find(root, full, paths, choice);
        using var folder = new WorkFolder("ppyolo-recheck-");
        string then = folder.File("then"),
            now = folder.File("now");
        using var tree = new Worktree(root, full, folder.File("tree"));
        output.WriteLine($"running the code of {full[..10]} here");
        GoldenTheories.Require(tree.Path, plan, then, GoldenTheories.ReportOnly, output);
        output.WriteLine("running today's code here");
        GoldenTheories.Require(root, plan, now, GoldenTheories.ReportOnly, output);
        return Compare(paths.ToDictionary(path => path.Key, path => CommitGoldens.Read(root, full, path.Value)), then, now, output);
    }

    /// <summary>Compares the runs of both with the goldens.</summary>
    internal static bool Compare(IReadOnlyDictionary<string, GoldenRecord> goldens, string then, string now, TextWriter output)
    {
        var table = new TextTable(["moved", "golden", "its own code", "today's code"]);
        var moved = new List<MovedBy>();
        foreach (var pair in RunPair.Between(goldens, then, now))
        {
            moved.Add(Classify(pair));
            table.Add([Word(moved[^1]), pair.Title, Outcome(pair.Golden, pair.Then), Outcome(pair.Golden, pair.Now)]);
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
    /// <param name="pair">The golden, its own code's run here, and today's code's.</param>
    internal static MovedBy Classify(RunPair pair)
    {
        if (pair.Then is null || pair.Now is null)
        {
            return MovedBy.NotRun;
        }

        var environment = !GoldenComparer.Compare(pair.Golden, pair.Then).Aligned;
        var code = !pair.Compare().Aligned;
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
}
