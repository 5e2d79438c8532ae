using PPYolo.Align;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Bisection;

/// <summary>The commits behind a good one, up to a bad one.</summary>
/// <param name="Root">The repository.</param>
/// <param name="Good">The good commit.</param>
/// <param name="Commits">Those behind it, parents first; the last is the bad one.</param>
/// <param name="Parents">The parents of each, as places in the list; those that are not in it are left out.</param>
internal sealed record CommitRange(string Root, string Good, IReadOnlyList<string> Commits, IReadOnlyList<IReadOnlyList<int>> Parents)
{
    // Who is whose ancestor is kept in a bit for each pair.
    private const int Most = 20_000;

    /// <summary>Reads it.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="good">Any name of the good commit.</param>
    /// <param name="bad">Any name of the bad one.</param>
    /// <exception cref="AlignException">There is no such commit, or the good one is not an ancestor of the bad one.</exception>
    public static CommitRange Read(string root, string good, string bad)
    {
        var (first, last) = (Git.Resolve(root, good, "--good"), Git.Resolve(root, bad, "--bad"));
        if (first == last)
        {
            throw new AlignException($"--good {good} and --bad {bad} are the same commit, {first[..10]}; name two");
        }

        if (!Git.Ask(root, "merge-base", "--is-ancestor", first, last))
        {
            throw new AlignException(
                Git.Ask(root, "merge-base", "--is-ancestor", last, first)
                    ? $"--good {good} comes after --bad {bad}; exchange the two: --good is the earlier commit"
                    : $"--good {good} is not an ancestor of --bad {bad}: no chain of commits leads from it there; name one that git log "
                        + $"{bad} shows, such as what git merge-base {good} {bad} prints"
            );
        }

        var lines = Git.Run(root, "rev-list", "--topo-order", "--reverse", "--parents", $"{first}..{last}")
            .Split('\n')
            .Select(line => line.Split(' '))
            .ToList();
        if (lines.Count > Most)
        {
            throw new AlignException(
                $"{lines.Count} commits are between --good {good} and --bad {bad}, more than {Most}; name nearer ones"
            );
        }

        var places = lines.Select((line, place) => (line[0], place)).ToDictionary(pair => pair.Item1, pair => pair.place);
        return new(
            root,
            first,
            [.. lines.Select(line => line[0])],
            [.. lines.Select(line => line[1..].Where(places.ContainsKey).Select(parent => places[parent]).ToList())]
        );
    }

    /// <summary>
    /// How many builds it takes at most to find the first bad commit, those apart that do not build: log2, and the good one.
    /// </summary>
    public int MostBuilds => 1 + (int)Math.Ceiling(Math.Log2(Commits.Count + 1));
}
