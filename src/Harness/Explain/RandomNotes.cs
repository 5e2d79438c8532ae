using PPYolo.Align.Records;

namespace PPYolo.Harness.Explain;

/// <summary>Where the random generators of two runs went apart, as their records say.</summary>
internal static class RandomNotes
{
    /// <summary>
    /// What is said of two records; nothing where one has not looked at its generators, or where those that both looked at went alike. Of
    /// generators where none was looked at by both, that.
    /// </summary>
    /// <param name="first">The folder of what is expected.</param>
    /// <param name="second">The folder of what was found.</param>
    /// <param name="fedAlike">
    /// Whether both were fed the same batches: then it does not matter how they were drawn, and one of them may have replayed the other's.
    /// </param>
    /// <exception cref="Align.AlignException">A file is malformed.</exception>
    public static IEnumerable<string> Of(string first, string second, bool fedAlike)
    {
        if (RandomAudit.TryRead(first) is not { } a || RandomAudit.TryRead(second) is not { } b)
        {
            return [];
        }

        // Over what one of them left out, nobody knows which phase drew.
        var both = a
            .Iterations.Join(b.Iterations, one => one.Iteration, other => other.Iteration, (one, other) => (First: one, Second: other))
            .ToList();
        var pairs = both.TakeWhile((pair, i) => pair.First.Iteration == both[0].First.Iteration + i)
            .SelectMany(
                pair => RandomAudit.Points,
                (pair, point) => new Place(pair.First, point.Before, point.State(pair.First), pair.Second, point.State(pair.Second))
            )
            .ToList();
        var comparisons = pairs
            .SelectMany(place => place.Common)
            .Distinct()
            .Select(generator => new Comparison(generator, first, second, pairs, fedAlike))
            .ToList();
        if (comparisons.Count == 0)
        {
            return [$"random numbers are not compared: {first} looked at {Seen(a)}, and {second} at {Seen(b)}"];
        }

        if (comparisons.Where(one => one.Note is not null).MinBy(one => one.Found) is { } apart)
        {
            return [$"random numbers ({apart.Generator}): {apart.Note}"];
        }

        var seeds = comparisons.Where(one => one.HasOtherSeeds).Select(one => one.Generator).ToList();
        return seeds.Count == 0
            ? []
            :
            [
                $"random numbers ({string.Join(", ", seeds)}): the two runs "
                    + (
                        both[0].First == a.Iterations[0] && both[0].Second == b.Iterations[0]
                            ? "began with different seeds"
                            : $"stood elsewhere when iteration {both[0].First.Iteration} began, the first that both looked at"
                    )
                    + ", and draw at the same places",
            ];
    }

    private static string Seen(RandomAudit audit)
    {
        var generators = audit
            .Iterations.SelectMany(states => RandomAudit.Points, (states, point) => point.State(states))
            .SelectMany(states => states?.Keys ?? [])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        return generators.Count == 0
            ? "none"
            : $"{string.Join(", ", generators)} from iteration {audit.Iterations[0].Iteration} to {audit.Iterations[^1].Iteration}";
    }

    /// <summary>What both runs say of one point of an iteration.</summary>
    private sealed record Place(
        RandomStates First,
        string Before,
        IReadOnlyDictionary<string, string>? Now,
        RandomStates Second,
        IReadOnlyDictionary<string, string>? There
    )
    {
        public IEnumerable<string> Common => Now?.Keys.Where(key => There?.ContainsKey(key) == true) ?? [];
    }

    /// <summary>One generator's way through both runs.</summary>
    private sealed class Comparison
    {
        public Comparison(string generator, string first, string second, IReadOnlyList<Place> places, bool fedAlike)
        {
            Generator = generator;
            string? left = null,
                right = null;
            var (differs, draws) = (false, false);
            List<string> before = [];
            for (; Found < places.Count; Found++)
            {
                var place = places[Found];
                before.Add(place.Before);
                if (place.Now?.GetValueOrDefault(generator) is not { } now || place.There?.GetValueOrDefault(generator) is not { } there)
                {
                    continue;
                }

                var (moved, movedThere) = (left is not null && now != left, right is not null && there != right);
                var isForward = before is [RandomAudit.ForwardPass];
                var byOthers =
                    isForward && place is { First.Module: { } module, Second.Module: { } other } && moved && movedThere && module != other;
                var isOther = moved != movedThere || byOthers || (left is not null && left == right && now != there);
                var matters = !(fedAlike && before is [RandomAudit.Loading]);
                if (isOther && matters)
                {
                    Note =
                        $"{string.Join(", ", before)} of iteration {place.First.Iteration}: {Said(first, moved, isForward, place.First)}, "
                        + Said(second, movedThere, isForward, place.Second)
                        + (moved && movedThere && !byOthers ? "; but not as many, or of other kinds" : "");
                    return;
                }

                differs |= left is null && now != there;
                draws |= moved && matters;
                (left, right) = (now, there);
                before.Clear();
            }

            // Of one that is never drawn from the seed does not matter.
            HasOtherSeeds = differs && draws;
        }

        public string Generator { get; }

        /// <summary>What is said; null where the two went alike.</summary>
        public string? Note { get; }

        /// <summary>The place that this is said of.</summary>
        public int Found { get; }

        public bool HasOtherSeeds { get; }

        private static string Said(string run, bool moved, bool isForward, RandomStates states) =>
            !moved ? $"{run} draws none"
            : isForward && states.Module is { } module ? $"{run} draws some, first in {module}"
            : $"{run} draws some";
    }
}
