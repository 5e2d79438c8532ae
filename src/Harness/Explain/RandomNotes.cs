using PPYolo.Align.Records;

namespace PPYolo.Harness.Explain;

/// <summary>Where the random generators of two runs went apart, as their records say.</summary>
internal static class RandomNotes
{
    /// <summary>What is said of two records; nothing where one has not looked at its generators, or where they went alike.</summary>
    /// <param name="first">The folder of what is expected.</param>
    /// <param name="second">The folder of what was found.</param>
    /// <exception cref="Align.AlignException">A file is malformed.</exception>
    public static IEnumerable<string> Of(string first, string second)
    {
        if (RandomAudit.TryRead(first) is not { } a || RandomAudit.TryRead(second) is not { } b)
        {
            yield break;
        }

        string? left = null,
            right = null;
        var differed = false;
        foreach (var (one, other) in a.Iterations.Zip(b.Iterations).TakeWhile(pair => pair.First.Iteration == pair.Second.Iteration))
        {
            foreach (var (before, state) in RandomAudit.Points)
            {
                if (state(one) is not { } now || state(other) is not { } there)
                {
                    continue;
                }

                var (moved, movedThere) = (left is not null && now != left, right is not null && there != right);
                var isForward = before == RandomAudit.ForwardPass;
                if (moved != movedThere || (isForward && one.Module != other.Module) || (left is not null && left == right && now != there))
                {
                    yield return $"random numbers: {before} of iteration {one.Iteration}: {Said(first, moved, isForward, one)}, "
                        + $"{Said(second, movedThere, isForward, other)}"
                        + (moved && movedThere && one.Module == other.Module ? "; but not as many, or of other kinds" : "");
                    yield break;
                }

                if (left is null && now != there)
                {
                    differed = true;
                }

                (left, right) = (now, there);
            }
        }

        if (differed)
        {
            yield return "random numbers: the two runs began with different seeds, and draw at the same places";
        }
    }

    private static string Said(string run, bool moved, bool isForward, RandomStates states) =>
        !moved ? $"{run} draws none"
        : isForward && states.Module is { } module ? $"{run} draws some, first in {module}"
        : $"{run} draws some";
}
