using PPYolo.Align;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Reduction;

/// <summary>The commits whose programs made two runs.</summary>
/// <param name="Repository">A folder of the repository.</param>
/// <param name="Range">GOOD..BAD: the commit of what is expected, and that of what was found.</param>
/// <param name="Say">Told what is being done, a line each.</param>
public sealed record ReducedCommits(string Repository, string Range, Action<string> Say)
{
    /// <summary>Makes of a checkout what runs modules; null builds the checkout's program.</summary>
    internal Func<string, IReducedSide>? Side { get; init; }

    /// <summary>The repository's top, and the full names of the commits.</summary>
    /// <exception cref="AlignException">There is no such repository or commit, or it is no range of two.</exception>
    internal (string Root, string Good, string Bad) Resolve()
    {
        if (Range.Split("..") is not [{ Length: > 0 } first, { Length: > 0 } second] || second[0] == '.')
        {
            throw new AlignException($"--commits {Range}: expected GOOD..BAD, the commits that recorded A and B, such as HEAD~1..HEAD");
        }

        var root = Git.Root(Repository);
        var (good, bad) = (Git.Resolve(root, first, "--commits"), Git.Resolve(root, second, "--commits"));
        return good != bad
            ? (root, good, bad)
            : throw new AlignException($"--commits {Range}: both are {good[..10]}; leave --commits away where one program made both runs");
    }
}
