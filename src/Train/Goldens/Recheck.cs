using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Reports;

namespace PPYolo.Train.Goldens;

/// <summary>
/// Tells code from environment: runs the golden theories of an earlier commit, checked out beside, and those of today in the same environment, and compares both with that
/// commit's goldens.
/// </summary>
internal static class Recheck
{
    /// <summary>Which tests end in goldens.</summary>
    public const string TestFilter = "Category=Golden";

    private static readonly string Goldens = Path.Combine("tests", "Golden", "Weights");

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
        var full = Git.Run(root, "rev-parse", "--verify", $"{commit}^{{commit}}");
        var work = Directory.CreateTempSubdirectory("ppyolo-recheck-").FullName;
        var tree = Path.Combine(work, "tree");
        Git.Run(root, "worktree", "add", "--detach", tree, full);
        try
        {
            if (!Directory.Exists(Path.Combine(tree, Goldens)))
            {
                throw new AlignException($"commit {commit} has no goldens in {Goldens}; name one that has");
            }

            output.WriteLine($"running the code of {full[..10]} here");
            Test(tree, Path.Combine(work, "then"), filter);
            output.WriteLine("running today's code here");
            Test(root, Path.Combine(work, "now"), filter);
            return Compare(Path.Combine(tree, Goldens), Path.Combine(work, "then"), Path.Combine(work, "now"), output);
        }
        finally
        {
            Git.Run(root, "worktree", "remove", "--force", tree);
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Compares the runs of both with the goldens.</summary>
    internal static bool Compare(string goldens, string then, string now, TextWriter output)
    {
        var table = new TextTable(["moved", "golden", "its own code", "today's code"]);
        var moved = new List<Moved>();
        foreach (var file in Directory.EnumerateFiles(goldens, $"*.verified.{GoldenText.Extension}").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file).Replace(".verified.", ".", StringComparison.Ordinal);
            var golden = GoldenText.Read(file);
            var (ours, theirs) = (ReadOrNull(Path.Combine(now, name)), ReadOrNull(Path.Combine(then, name)));
            if (ours is null && theirs is null)
            {
                // The filter left it out.
                continue;
            }

            moved.Add(Classify(golden, theirs, ours));
            table.Add([moved[^1].ToString().ToLowerInvariant(), name, Outcome(golden, theirs), Outcome(golden, ours)]);
        }

        output.Write(table.ToString());
        if (moved.Count == 0)
        {
            throw new AlignException("no golden theory ran; look at the filter, or build the tests by hand to see why not");
        }

        output.WriteLine(moved.TrueForAll(what => what == Moved.Neither) ? "nothing moved" : $"moved: {string.Join(", ", moved.Where(what => what != Moved.Neither).CountBy(what => what).Select(pair => $"{pair.Key.ToString().ToLowerInvariant()} {pair.Value}"))}");
        return moved.TrueForAll(what => what == Moved.Neither);
    }

    /// <summary>What moved.</summary>
    /// <param name="golden">The golden.</param>
    /// <param name="then">Its own code's run here.</param>
    /// <param name="now">Today's code's run here.</param>
    internal static Moved Classify(GoldenRecord golden, GoldenRecord? then, GoldenRecord? now)
    {
        if (then is null || now is null)
        {
            return Moved.NotRun;
        }

        var environment = !GoldenComparer.Compare(golden, then).Aligned;
        var code = !GoldenComparer.Compare(GoldenFloors.Borrow(then, golden), now).Aligned;
        return (environment, code) switch
        {
            (false, false) => Moved.Neither,
            (false, true) => Moved.Code,
            (true, false) => Moved.Environment,
            (true, true) => Moved.Both,
        };
    }

    private static string Outcome(GoldenRecord golden, GoldenRecord? run) =>
        run is null ? "not run" : GoldenComparer.Compare(golden, run) is { Aligned: true } within ? within.BitwiseEqual == run.Tensors.Count ? "bit for bit" : "within" : "diverged";

    private static GoldenRecord? ReadOrNull(string path) => File.Exists(path) ? GoldenText.Read(path) : null;

    private static void Test(string tree, string results, string? filter)
    {
        Directory.CreateDirectory(results);
        var chosen = filter is null ? TestFilter : $"{TestFilter}&({filter})";
        // A golden that is not met fails its test: that is what is asked here, not an error.
        var (_, output, _) = ChildProcess.Run(
            "dotnet",
            ["test", Path.Combine(tree, "tests", "Alignment"), "-c", "Release", "--filter", chosen, "--nologo"],
            new Dictionary<string, string> { ["PPYOLO_GOLDEN_OUT"] = results, ["DiffEngine_Disabled"] = "true" });
        if (!Directory.EnumerateFiles(results).Any())
        {
            throw new AlignException($"{tree}: no golden theory ran: {string.Join('\n', output.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Take(3))}");
        }
    }
}
