using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Harness.Checkouts;
using PPYolo.Harness.Explain;

namespace PPYolo.Harness.Reduction;

/// <summary>
/// The programs of two commits as the two sides of a reduction: each runs a module from inputs and weights that it is given. A commit is
/// checked out for as long as its program is built; what was built is gone when this is disposed of.
/// </summary>
internal sealed class CommitSides : IDisposable
{
    private readonly WorkFolder work = new("ppyolo-reduce-");

    private CommitSides() { }

    /// <summary>What runs a module as the good commit does.</summary>
    public IReducedSide First { get; private set; } = null!;

    /// <summary>What runs it as the bad one does.</summary>
    public IReducedSide Second { get; private set; } = null!;

    /// <summary>Checks out and builds both.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="a">The run of the good one.</param>
    /// <param name="b">That of the bad one.</param>
    /// <param name="iteration">The iteration whose random numbers are drawn.</param>
    /// <exception cref="AlignException">There are no such commits, or one of them does not build.</exception>
    public static CommitSides Open(ReducedCommits commits, ExplainedRun a, ExplainedRun b, int iteration)
    {
        var (root, good, bad) = commits.Resolve();
        var sides = new CommitSides();
        try
        {
            sides.First = sides.Make(commits, root, good, "good", a, iteration);
            sides.Second = sides.Make(commits, root, bad, "bad", b, iteration);
            return sides;
        }
        catch
        {
            sides.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => work.Dispose();

    private IReducedSide Make(ReducedCommits commits, string root, string commit, string name, ExplainedRun run, int iteration)
    {
        commits.Say($"building {Git.Run(root, "log", "-1", "--format=%h %s", commit)}");
        using var tree = new Worktree(root, commit, work.File($"{name}-tree"));
        return commits.Side is { } side
            ? side(tree.Path)
            : ProgramSide.Build(tree.Path, work.File(name), CaseSettings.Of(run), run.Seed, iteration, $"commit {commit[..10]}");
    }
}
