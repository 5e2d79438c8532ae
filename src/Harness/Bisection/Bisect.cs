using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Bisection;

/// <summary>
/// Finds the commit that moved numbers: builds commits between a good and a bad one, checked out beside, runs their golden theories in
/// today's environment, and judges each by what the good one came to here, within the golden's floors.
/// </summary>
internal sealed class Bisect
{
    private const string Prefix = "ppyolo-bisect-",
        Checkout = "tree";

    private readonly CommitRange range;
    private readonly TheoryPlan plan;
    private readonly IReadOnlyDictionary<string, string> paths;
    private readonly IReadOnlyDictionary<string, GoldenRecord> goldens;
    private readonly ResultStore store;
    private readonly WorkFolder work;
    private readonly BisectReport report;
    private readonly Dictionary<string, GoldenComparison> moved = [];
    private readonly HashSet<string> built = [];
    private CommitResult reference = null!;

    private Bisect(
        CommitRange range,
        IReadOnlyDictionary<string, string> paths,
        TheoryPlan plan,
        ResultStore store,
        WorkFolder work,
        BisectReport report
    )
    {
        (this.range, this.paths, this.plan, this.store, this.work, this.report) = (range, paths, plan, store, work, report);
        goldens = paths.ToDictionary(path => path.Key, path => CommitGoldens.Read(range.Root, range.Good, path.Value));
    }

    private enum Judgment
    {
        Good,
        Bad,
        Unknown,
    }

    /// <summary>Bisects.</summary>
    /// <param name="repository">A folder of the repository.</param>
    /// <param name="good">A commit whose runs are within its goldens.</param>
    /// <param name="bad">A later commit whose runs are not within those of the good one.</param>
    /// <param name="choice">Which theories, and how they are built and run.</param>
    /// <param name="output">Where progress and outcome are shown.</param>
    /// <returns>Whether one commit was found, and not several of which some could not be judged.</returns>
    /// <exception cref="AlignException">The commits are not what they were said to be, or could not be judged.</exception>
    public static bool Run(string repository, string good, string bad, TheoryChoice choice, TextWriter output)
    {
        var root = Git.Root(repository);
        var range = CommitRange.Read(root, good, bad);
        var paths = CommitGoldens.Choose(root, range.Good, choice.Golden, range.Commits[^1]);
        var plan = TheoryPlan.Find(root, range.Good, paths, choice);
        var gitFolder = Path.GetFullPath(Git.Run(root, "rev-parse", "--git-common-dir"), root);
        using var store = new ResultStore(gitFolder, $"{plan}, {Machine()}");
        if (store.Left is { } left && Path.GetFileName(left).StartsWith(Prefix, StringComparison.Ordinal))
        {
            Worktree.RemoveLeft(root, Path.Combine(left, Checkout));
            Directory.Delete(left, recursive: true);
        }

        using var work = new WorkFolder(Prefix);
        store.Note(work.Path);
        var report = new BisectReport(range, good, bad, store.Folder, output);
        return new Bisect(range, paths, plan, store, work, report).Find(good, bad);
    }

    /// <summary>What results depend on besides the commit.</summary>
    private static string Machine() =>
        $"{GoldenEnvironment.Current("", threads: 1).Cpu}, {Environment.ProcessorCount} processors, "
        + string.Join(
            ", ",
            new[] { "OMP_NUM_THREADS", "PPYOLO_TEST_THREADS" }.Select(name => $"{name} {Environment.GetEnvironmentVariable(name)}")
        );

    private bool Find(string good, string bad)
    {
        report.Begin();
        reference = Result(range.Good);
        RequireGood(good);
        report.Judged(range.Good, "good", "as it was said", !built.Contains(range.Good));
        var search = new CommitSearch(range.Parents);
        // What is known already costs nothing, wherever it lies.
        for (var i = 0; i < range.Commits.Count; i++)
        {
            if (search.Asks(i) && store.Find(range.Commits[i]) is { } known)
            {
                Judge(search, i, known);
            }
        }

        while (search.Next() is { } next)
        {
            Judge(search, next, Result(range.Commits[next]));
        }

        var suspects = search.Suspects.Select(place => range.Commits[place]).ToList();
        if (search.Bad is { } found)
        {
            report.Found(range.Commits[found], suspects, moved[range.Commits[found]], paths.Values);
            return suspects.Count == 1;
        }

        throw new AlignException(
            suspects.Count == 0
                ? $"--bad {bad} is not bad: it is within noise of --good {good} in {string.Join(", ", goldens.Keys.Take(3))}"
                    + $"{(goldens.Count > 3 ? $" and {goldens.Count - 3} more" : "")}, here and now; name the commit at which the test "
                    + "was red, or its golden with --golden"
                : $"--bad {bad} cannot be judged ({store.Find(suspects[^1])?.Problem}), and no commit before it is bad; name a later one "
                    + "that builds and runs"
        );
    }

    /// <summary>What a commit comes to, as is known or found out now.</summary>
    private CommitResult Result(string commit)
    {
        // Without the good commit nothing can be said: what kept it from running may have been mended.
        if (store.Find(commit) is { } known && (known.Problem is null || commit != range.Good))
        {
            return known;
        }

        built.Add(commit);
        report.Building(commit);
        var runs = work.File("runs");
        if (Directory.Exists(runs))
        {
            Directory.Delete(runs, recursive: true);
        }

        using var tree = new Worktree(range.Root, commit, work.File(Checkout));
        var error = GoldenTheories.Build(tree.Path, plan);
        var said = error is null ? GoldenTheories.Run(tree.Path, plan, runs, GoldenTheories.ReportOnly, report.Output) : error;
        var problem = error ?? (TheoryResults.Any(runs) ? null : said ?? "nothing ran");
        return store.Add(commit, problem, said, error is null, runs);
    }

    private void RequireGood(string good)
    {
        if (reference.Problem is { } problem)
        {
            throw new AlignException(
                reference.Builds
                    ? $"--good {good}: no golden theory ran: {problem}; {GoldenTheories.Hint(plan)}"
                    : $"--good {good} does not build here: {problem}; name a commit that does"
            );
        }

        var pairs = RunPair.Between(goldens, reference.Runs, reference.Runs);
        if (pairs.Count == 0)
        {
            throw new AlignException(
                $"--good {good}: nothing that ran comes to {string.Join(", ", goldens.Keys.Take(3))}; {GoldenTheories.Hint(plan)}"
            );
        }

        foreach (var pair in pairs)
        {
            if (GoldenComparer.Compare(pair.Golden, pair.Then!) is { Aligned: false } comparison)
            {
                throw new AlignException(
                    $"--good {good} is not good here: {pair.Title} is not within its own golden: {comparison.Summary}; name an earlier "
                        + $"commit, or ask ppyolo golden recheck --commit {good} whether this machine moved it"
                );
            }
        }
    }

    private void Judge(CommitSearch search, int place, CommitResult result)
    {
        var commit = range.Commits[place];
        var (judgment, why) = Judge(result);
        report.Judged(
            commit,
            judgment == Judgment.Unknown ? "skipped" : judgment.ToString().ToLowerInvariant(),
            why,
            !built.Contains(commit)
        );
        switch (judgment)
        {
            case Judgment.Good:
                search.IsGood(place);
                break;
            case Judgment.Bad:
                search.IsBad(place);
                break;
            default:
                report.Skipped();
                search.IsUnknown(place);
                break;
        }
    }

    private (Judgment Judgment, string Why) Judge(CommitResult result)
    {
        if (result.Problem is { } problem)
        {
            return (Judgment.Unknown, $"{(result.Builds ? "no golden theory ran" : "does not build")}: {problem}");
        }

        try
        {
            var pairs = RunPair.Between(goldens, reference.Runs, result.Runs).Where(pair => pair.Then is not null).ToList();
            foreach (var pair in pairs.Where(pair => pair.Now is not null))
            {
                if (pair.Compare() is { Aligned: false } comparison)
                {
                    moved[result.Commit] = comparison;
                    return (Judgment.Bad, $"{pair.Title} began to differ in {comparison.Began ?? FirstMoved.In(comparison).What}");
                }
            }

            if (pairs.Find(pair => pair.Now is null) is { } missing)
            {
                return (Judgment.Unknown, $"{missing.Title} did not run{(result.Remark is { } said ? $": {said}" : "")}");
            }

            var comparisons = pairs.ConvertAll(pair => pair.Compare());
            return comparisons.TrueForAll(comparison => comparison.BitwiseEqual == comparison.Found.Tensors.Count)
                ? (Judgment.Good, "bit for bit")
                : (Judgment.Good, "within noise");
        }
        catch (AlignException exception)
        {
            // Written by another version of the package.
            return (Judgment.Unknown, exception.Message);
        }
    }
}
