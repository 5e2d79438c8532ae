namespace PPYolo.Align.Matching;

/// <summary>Guesses partners for what nothing sure was found for.</summary>
internal static class MatchGuesses
{
    /// <summary>Pairs, the likeliest first, of what comes into question, by what is above them and by their places.</summary>
    /// <param name="first">What is left of the first run.</param>
    /// <param name="second">What is left of the second.</param>
    /// <param name="partners">What is found: the second run's, with the first's.</param>
    public static IReadOnlyList<(MatchItem Second, MatchItem First)> Of(
        IEnumerable<MatchItem> first,
        IEnumerable<MatchItem> second,
        IReadOnlyDictionary<MatchItem, MatchItem> partners
    )
    {
        var votes = new Dictionary<(string, string), int>();
        foreach (var (item, partner) in partners)
        {
            for (
                var (one, other) = (item.Owner, partner.Owner);
                one.Length > 0 && other.Length > 0;
                (one, other) = (MatchSide.Above(one), MatchSide.Above(other))
            )
            {
                votes[(one, other)] = votes.GetValueOrDefault((one, other)) + 1;
            }
        }

        var (ours, theirs) = (first.ToLookup(Place), second.ToLookup(Place));
        return
        [
            .. from bucket in theirs
            from pair in bucket.Select((item, place) => (item, place))
            from other in ours[bucket.Key].Select((item, place) => (item, place))
            let likeness = MatchLikeness.Alike(other.item, pair.item)
            let near = Votes(votes, pair.item, other.item)
            where likeness != Likeness.Other || near == 1
            let score = (
                likeness == Likeness.Same ? 1000
                : likeness == Likeness.Possible ? 500
                : 0
            )
                + (100 * near)
                + (pair.item.Name == other.item.Name ? 100 : 0)
                + (pair.item.Leaf == other.item.Leaf ? 50 : 0)
                + (pair.item.IsLeaf == other.item.IsLeaf ? 20 : 0)
                - Math.Min(10, Math.Abs(pair.place - other.place))
            orderby score descending
            select (pair.item, Other: other.item),
        ];
    }

    /// <summary>How near the modules are that two tensors are in: 1 where the innermost are known to be the same.</summary>
    private static double Votes(Dictionary<(string, string), int> votes, MatchItem item, MatchItem other)
    {
        var (one, two) = (item.Owner, other.Owner);
        for (var depth = 1; one.Length > 0 && two.Length > 0; depth++)
        {
            if (votes.ContainsKey((one, two)))
            {
                return 1.0 / depth;
            }

            (one, two) = (MatchSide.Above(one), MatchSide.Above(two));
        }

        return 0;
    }

    private static (MatchKind, string) Place(MatchItem item) => (item.Kind, item.Extents);
}
