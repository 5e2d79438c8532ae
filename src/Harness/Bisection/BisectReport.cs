using PPYolo.Align.Golden;
using PPYolo.Align.Reports;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Bisection;

/// <summary>Says how a bisection goes, and what it found.</summary>
/// <param name="range">The commits.</param>
/// <param name="good">The good commit as it was named.</param>
/// <param name="bad">The bad commit as it was named.</param>
/// <param name="store">Where results are kept.</param>
/// <param name="output">Where it is said.</param>
internal sealed class BisectReport(CommitRange range, string good, string bad, string store, TextWriter output)
{
    private const int Shown = 10;

    private int skipped;
    private int builds;
    private int known;

    /// <summary>Where it is said.</summary>
    public TextWriter Output => output;

    /// <summary>Before the first commit.</summary>
    public void Begin()
    {
        output.WriteLine(
            $"{range.Commits.Count} commits after {good}, up to {bad}: at most {range.MostBuilds} builds, and one for each that does not "
                + "build"
        );
        if (Git.Run(range.Root, "status", "--porcelain", "--untracked-files=no").Length > 0)
        {
            output.WriteLine("changes that are not committed are in no commit, and are not tried");
        }
    }

    /// <summary>Before a commit is built.</summary>
    public void Building(string commit)
    {
        builds++;
        output.WriteLine($"building {Named(commit)}");
    }

    /// <summary>What was found out about a commit.</summary>
    public void Judged(string commit, string word, string why, bool wasKnown)
    {
        known += wasKnown ? 1 : 0;
        output.WriteLine($"{word, -8} {(wasKnown ? $"{Named(commit)}, known from before" : commit[..10])}: {Printable.Of(why)}");
    }

    /// <summary>A commit could not be judged.</summary>
    public void Skipped() => skipped++;

    /// <summary>What was found.</summary>
    /// <param name="found">The earliest commit that is bad.</param>
    /// <param name="suspects">Those of which one is the first, parents first.</param>
    /// <param name="comparison">How the commit's run compares with that of the good one.</param>
    /// <param name="goldens">The paths of the goldens.</param>
    public void Found(string found, IReadOnlyList<string> suspects, GoldenComparison comparison, IEnumerable<string> goldens)
    {
        output.WriteLine();
        output.WriteLine(
            suspects.Count == 1
                ? $"the first bad commit is {found}"
                : $"the first bad commit is {found}, or one of the {suspects.Count - 1} before it that could not be judged:"
        );
        foreach (var suspect in suspects.Where(suspect => suspect != found).Take(Shown))
        {
            output.WriteLine($"    {Named(suspect)}");
        }

        foreach (var line in Git.Run(range.Root, "show", "-s", "--format=%an, %as%n%B", found).Split('\n'))
        {
            output.WriteLine($"    {Printable.Of(line)}".TrimEnd());
        }

        var first = FirstMoved.In(comparison);
        output.WriteLine(
            Printable.Of(
                $"{comparison.Golden.Case}: "
                    + (comparison.Began is { } began ? $"it began in {began}" : "no iteration shows where it began")
                    + $"; first {first.What} {first.Name}".TrimEnd()
                    + $": {first.Explanation}"
            )
        );
        output.WriteLine(Printable.Of(comparison.Summary));
        output.WriteLine(
            $"built: {builds}, known before: {known}, not to be judged: {skipped}; what each commit came to is kept in {store}"
        );
        output.WriteLine($"next: git show {found[..10]}");
        if (
            Git.Run(
                range.Root,
                ["diff-tree", "--no-commit-id", "--name-only", "-r", found, "--", .. goldens.Select(path => $":(top){path}")]
            ).Length > 0
        )
        {
            output.WriteLine(
                "this commit changed the golden too, as somebody does who approves a change; to look for another one behind it: "
                    + $"ppyolo golden bisect --good {found[..10]} --bad {bad}"
            );
        }
    }

    private string Named(string commit) => Printable.Of($"{commit[..10]} {Git.Run(range.Root, "show", "-s", "--format=%s", commit)}");
}
