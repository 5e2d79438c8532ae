using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Json;

namespace PPYolo.Harness.Checkouts;

/// <summary>The goldens of a commit, as they are in the repository, wherever they are in it.</summary>
internal static class CommitGoldens
{
    private const string Ending = $".verified.{GoldenText.Extension}";

    /// <summary>The paths of all its goldens, as seen from the repository's top, by name.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">The commit.</param>
    public static ILookup<string, string> Paths(string root, string commit) =>
        Git.Run(root, "ls-tree", "-r", "--name-only", "-z", "--full-tree", commit)
            .Split('\0')
            .Where(path => path.EndsWith(Ending, StringComparison.Ordinal))
            .ToLookup(path => TheoryResults.NameOf(path), StringComparer.Ordinal);

    /// <summary>The path of each of its goldens, or of the one that is asked for.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="golden">NAME of NAME.verified.golden, or its path; null is all.</param>
    /// <param name="later">A later commit, which may have what this one has not yet; null is none.</param>
    /// <exception cref="AlignException">It has none, not this one, or two of this name.</exception>
    public static IReadOnlyDictionary<string, string> Choose(string root, string commit, string? golden, string? later = null)
    {
        var all = Paths(root, commit);
        if (all.Count == 0)
        {
            throw new AlignException(
                $"commit {commit[..10]} has no goldens (NAME{Ending}){Came(root, commit, later, "*")
                    ?? "; name one that has, or record goldens first (docs/golden.md)"}"
            );
        }

        if (golden is null)
        {
            return all.ToDictionary(named => named.Key, named => Only(named), StringComparer.Ordinal);
        }

        var name = golden.EndsWith(Ending, StringComparison.Ordinal) ? TheoryResults.NameOf(golden) : golden;
        return all.Contains(name)
            ? new Dictionary<string, string> { [name] = Only(all[name].GroupBy(_ => name).Single()) }
            : throw new AlignException(
                $"--golden {golden}: commit {commit[..10]} has no {name}{Ending}{Came(root, commit, later, name)
                    ?? NearestName.Hint(name, all.Select(named => named.Key))}"
            );
    }

    /// <summary>Reads one.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="path">Its path, as seen from the repository's top.</param>
    /// <exception cref="AlignException">It is malformed, or of another version.</exception>
    public static GoldenRecord Read(string root, string commit, string path) =>
        // Filters, since the file may be kept outside (LFS).
        GoldenText.Parse(Git.Run(root, "cat-file", "--filters", $"{commit}:{path}").TrimStart('\uFEFF'), $"{path} of {commit[..10]}");

    /// <summary>With which commit a golden came; null where that is not known.</summary>
    private static string? Came(string root, string commit, string? later, string name) =>
        later is not null
        && Git.Run(
                root,
                "log",
                "--reverse",
                "--diff-filter=A",
                "--format=%h %s",
                $"{commit}..{later}",
                "--",
                $":(top,glob)**/{name}{Ending}"
            )
            .Split('\n')[0]
            is { Length: > 0 } line
            ? $" yet; it came with {line}: name that one, or a later one"
            : null;

    private static string Only(IGrouping<string, string> named) =>
        named.Count() == 1
            ? named.Single()
            : throw new AlignException(
                $"{string.Join(" and ", named)} have the same name, and runs are told apart by it; rename one, or choose others "
                    + "with --golden"
            );
}
