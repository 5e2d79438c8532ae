using System.Numerics;

namespace PPYolo.Harness.Bisection;

/// <summary>
/// Looks for the first bad commit with as few questions as can be: with n commits, the good one among them, ceil(log2 n), and one more for
/// each that cannot be judged. It takes for granted that what comes behind a bad commit is bad; where it is not, the commit found is still
/// bad, and its parents good.
/// </summary>
internal sealed class CommitSearch
{
    private readonly ulong[][] ancestors;
    private readonly ulong[] open;
    private readonly ulong[] askable;

    /// <summary>Begins.</summary>
    /// <param name="parents">
    /// The parents of each commit, as places before its own. Of the last it is said that it is bad, which is asked too where the answer
    /// depends on it.
    /// </param>
    public CommitSearch(IReadOnlyList<IReadOnlyList<int>> parents)
    {
        var words = (parents.Count + 63) / 64;
        ancestors = new ulong[parents.Count][];
        open = new ulong[words];
        for (var i = 0; i < parents.Count; i++)
        {
            // Itself, and those of its parents.
            ancestors[i] = new ulong[words];
            Set(ancestors[i], i);
            Set(open, i);
            foreach (var parent in parents[i])
            {
                for (var word = 0; word < words; word++)
                {
                    ancestors[i][word] |= ancestors[parent][word];
                }
            }
        }

        askable = [.. open];
    }

    /// <summary>The earliest commit that was found bad; null before there is one.</summary>
    public int? Bad { get; private set; }

    /// <summary>
    /// Those of which one is the first bad commit, parents first. When nothing is left to ask, it is one, and <see cref="Bad"/>; or
    /// several, where some could not be judged; or none, where all are good.
    /// </summary>
    public IReadOnlyList<int> Suspects => [.. Enumerable.Range(0, ancestors.Length).Where(commit => Has(open, commit))];

    /// <summary>The commit to ask about next; null when there is nothing left to ask.</summary>
    public int? Next()
    {
        var count = Count(askable, askable);
        int? best = null;
        var least = int.MaxValue;
        for (var commit = 0; commit < ancestors.Length; commit++)
        {
            if (Has(askable, commit))
            {
                // How many answers are left if it is bad, and if it is good; one of them is that none of these is the first.
                var bad = Count(ancestors[commit], askable);
                if (Math.Max(bad, count + 1 - bad) is var left && left < least)
                {
                    (best, least) = (commit, left);
                }
            }
        }

        return best;
    }

    /// <summary>Whether it matters how a commit is.</summary>
    public bool Asks(int commit) => Has(askable, commit);

    /// <summary>A commit is good, and so is what came before it.</summary>
    public void IsGood(int commit) => Keep(word => ~ancestors[commit][word]);

    /// <summary>A commit is bad: it, or one that came before it, is the first.</summary>
    public void IsBad(int commit)
    {
        Bad = commit;
        Keep(word => ancestors[commit][word]);
        Clear(askable, commit);
    }

    /// <summary>A commit cannot be judged.</summary>
    public void IsUnknown(int commit) => Clear(askable, commit);

    private void Keep(Func<int, ulong> mask)
    {
        for (var word = 0; word < open.Length; word++)
        {
            open[word] &= mask(word);
            askable[word] &= mask(word);
        }
    }

    private static int Count(ulong[] one, ulong[] other)
    {
        var count = 0;
        for (var word = 0; word < one.Length; word++)
        {
            count += BitOperations.PopCount(one[word] & other[word]);
        }

        return count;
    }

    private static bool Has(ulong[] set, int commit) => (set[commit / 64] & (1UL << (commit % 64))) != 0;

    private static void Set(ulong[] set, int commit) => set[commit / 64] |= 1UL << (commit % 64);

    private static void Clear(ulong[] set, int commit) => set[commit / 64] &= ~(1UL << (commit % 64));
}
