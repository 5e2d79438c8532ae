namespace PPYolo.Align.Matching;

/// <summary>
/// Finds which names of two runs are the same, without looking at the names. Sure is what nothing else comes into question for: start
/// weights whose bits are there once, sketches that one tensor alone has, modules and parameters that belong to such. Bits that are there
/// more than once, ones and zeros say nothing by themselves. What is left is guessed by place and shape, and said to be.
/// </summary>
public sealed class NameMatcher
{
    private const string ByBits = "start weights, bit by bit",
        BySketches = "sketches",
        ByOwner = "its module",
        ByParameters = "its parameters",
        ByName = "the same name",
        ByPlace = "shape and place";

    private readonly IReadOnlyList<MatchItem> first,
        second;
    private readonly Dictionary<MatchItem, MatchedName> found = [];
    private readonly Dictionary<MatchItem, MatchItem> partners = [],
        taken = [];

    private NameMatcher(MatchSide first, MatchSide second) => (this.first, this.second) = (first.Items, second.Items);

    /// <summary>Finds them.</summary>
    /// <param name="first">The run whose names are kept.</param>
    /// <param name="second">The run whose names are to be found among them.</param>
    public static NameMatch Match(MatchSide first, MatchSide second)
    {
        var matcher = new NameMatcher(first, second);
        matcher.Bits();
        matcher.Sketches(item => (item.Kind, item.Extents, item.IsLeaf));
        for (var before = -1; before != matcher.partners.Count; )
        {
            before = matcher.partners.Count;
            matcher.OwnersOfParameters();
            matcher.ParametersOfOwners();
            matcher.Containers();
            matcher.Sketches(item => (item.Kind, item.Extents, false));
        }

        matcher.SameNames();
        foreach (
            var (item, other) in MatchGuesses.Of(
                matcher.first.Where(matcher.IsOpen),
                matcher.second.Where(matcher.IsOpen),
                matcher.partners
            )
        )
        {
            if (matcher.IsOpen(item) && matcher.IsOpen(other))
            {
                matcher.Pair(item, other, ByPlace, isSure: false);
            }
        }

        return new(
            [.. matcher.second.Where(matcher.found.ContainsKey).Select(item => matcher.found[item])],
            [.. matcher.first.Where(item => !matcher.taken.ContainsKey(item)).Select(item => (item.Kind, item.Name))],
            [.. matcher.second.Where(item => !matcher.found.ContainsKey(item)).Select(item => (item.Kind, item.Name))]
        );
    }

    private bool IsOpen(MatchItem item) => !partners.ContainsKey(item) && !taken.ContainsKey(item);

    private void Sure(MatchItem second, MatchItem first, string reason, bool transposed = false) =>
        Pair(second, first, reason, isSure: true, transposed);

    private void Pair(MatchItem second, MatchItem first, string reason, bool isSure, bool transposed = false)
    {
        (partners[second], taken[first]) = (first, second);
        found[second] = new(second.Kind, second.Name, first.Name, reason, isSure, transposed);
    }

    /// <summary>Start weights that are there once in each run, as they are or transposed.</summary>
    private void Bits()
    {
        var own = Once(first, item => item.Digest?.Bits);
        var other = Once(second, item => item.Digest?.Bits);
        foreach (var (bits, item) in other)
        {
            if (own.TryGetValue(bits, out var partner))
            {
                Sure(item, partner, ByBits);
            }
        }

        foreach (var (bits, item) in Once(second.Where(IsOpen), item => item.Digest?.Transposed))
        {
            if (own.TryGetValue(bits, out var partner) && IsOpen(partner) && other.ContainsValue(item))
            {
                Sure(item, partner, $"{ByBits}, transposed", transposed: true);
            }
        }
    }

    /// <summary>Tensors by what is there once of them; constants say nothing.</summary>
    private static Dictionary<string, MatchItem> Once(IEnumerable<MatchItem> items, Func<MatchItem, string?> key) =>
        items
            .Where(item =>
                key(item) is not null && item.Count > 1 && item.Evidence.Exists(known => !MatchLikeness.IsConstant(item, known.Summary))
            )
            .GroupBy(item => key(item)!)
            .Where(same => same.Count() == 1)
            .ToDictionary(same => same.Key, same => same.Single(), StringComparer.Ordinal);

    /// <summary>Tensors of which everything that is known is the same, and of no other.</summary>
    private void Sketches<T>(Func<MatchItem, T> bucket)
        where T : notnull
    {
        var own = first.Where(IsOpen).ToLookup(bucket);
        foreach (var group in second.Where(IsOpen).GroupBy(bucket).ToList())
        {
            List<MatchItem> ours = [.. own[group.Key].Where(IsOpen)],
                theirs = [.. group];
            var pairs = theirs.ConvertAll(item => ours.ConvertAll(other => MatchLikeness.Alike(other, item)));
            for (var i = 0; i < theirs.Count; i++)
            {
                var possible = Enumerable.Range(0, ours.Count).Where(j => pairs[i][j] != Likeness.Other).ToList();
                if (
                    possible.Count == 1
                    && pairs[i][possible[0]] == Likeness.Same
                    && Enumerable.Range(0, theirs.Count).Count(k => pairs[k][possible[0]] != Likeness.Other) == 1
                )
                {
                    Sure(theirs[i], ours[possible[0]], BySketches);
                }
            }
        }
    }

    /// <summary>Modules whose parameters are found: all in one module of the other run, which has no others.</summary>
    private void OwnersOfParameters()
    {
        var ours = OpenOutputs(first);
        foreach (var (name, item) in OpenOutputs(second))
        {
            var owners = Parameters(second, name)
                .Where(parameter => partners.ContainsKey(parameter) && found[parameter].IsSure)
                .Select(parameter => partners[parameter].Owner)
                .Distinct()
                .ToList();
            if (owners.Count == 1 && ours.TryGetValue(owners[0], out var partner) && SameExtents(item, partner))
            {
                Sure(item, partner, ByParameters);
            }
        }
    }

    /// <summary>Parameters of modules that are found: by their shapes and start weights within the module.</summary>
    private void ParametersOfOwners()
    {
        var owners = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (item, partner) in partners.Where(pair => found[pair.Key].IsSure).ToList())
        {
            var (theirs, ours) = item.Kind == MatchKind.Output ? (item.Name, partner.Name) : (item.Owner, partner.Owner);
            if (item.Kind is MatchKind.Output or MatchKind.State && theirs.IndexOfAny(['#', '[']) < 0)
            {
                (owners.TryGetValue(theirs, out var known) ? known : owners[theirs] = []).Add(ours);
            }
        }

        foreach (var (theirs, ours) in owners.Where(pair => pair.Value.Count == 1))
        {
            List<MatchItem> own = [.. Parameters(first, ours.Single()).Where(IsOpen)],
                other = [.. Parameters(second, theirs).Where(IsOpen)];
            foreach (var item in other)
            {
                var possible = own.FindAll(one =>
                    IsOpen(one) && one.Extents == item.Extents && MatchLikeness.Alike(one, item) != Likeness.Other
                );
                if (
                    possible.Count == 1
                    && other.Count(one =>
                        IsOpen(one) && one.Extents == item.Extents && MatchLikeness.Alike(possible[0], one) != Likeness.Other
                    ) == 1
                )
                {
                    Sure(item, possible[0], ByOwner);
                }
            }
        }
    }

    /// <summary>Modules of modules: those in which the same parameters are, and which return the same.</summary>
    private void Containers()
    {
        var ours = OpenOutputs(first)
            .Select(pair => (Item: pair.Value, Inside: Inside(first, pair.Key)))
            .Where(pair => pair.Inside.Count > 0)
            .ToList();
        var theirs = OpenOutputs(second)
            .Select(pair => (Item: pair.Value, Inside: Inside(second, pair.Key)))
            .Where(pair => pair.Inside.Count > 0 && pair.Inside.All(item => partners.ContainsKey(item) && found[item].IsSure))
            .Select(pair => (pair.Item, Inside: pair.Inside.Select(item => partners[item]).ToHashSet()))
            .ToList();
        foreach (var (item, inside) in theirs)
        {
            var possible = ours.FindAll(one => IsOpen(one.Item) && one.Inside.SetEquals(inside) && SameExtents(item, one.Item));
            if (possible.Count == 1 && theirs.Count(one => IsOpen(one.Item) && one.Inside.SetEquals(inside)) == 1)
            {
                Sure(item, possible[0].Item, ByParameters);
            }
        }
    }

    /// <summary>What is fed, and losses, are named by those who call a recorder: the same name, and nothing against it.</summary>
    private void SameNames()
    {
        foreach (var item in second.Where(item => item.Kind is MatchKind.Data or MatchKind.Loss && IsOpen(item)).ToList())
        {
            var same = first.FirstOrDefault(other => IsOpen(other) && other.Kind == item.Kind && other.Name == item.Name);
            if (same is not null && MatchLikeness.Alike(same, item) != Likeness.Other)
            {
                Sure(item, same, ByName);
            }
        }
    }

    private Dictionary<string, MatchItem> OpenOutputs(IReadOnlyList<MatchItem> items) =>
        items
            .Where(item => item.Kind == MatchKind.Output && IsOpen(item) && item.Name.IndexOfAny(['#', '[']) < 0)
            .ToDictionary(item => item.Name, StringComparer.Ordinal);

    private static IEnumerable<MatchItem> Parameters(IReadOnlyList<MatchItem> items, string module) =>
        items.Where(item => item.Kind == MatchKind.State && item.Owner == module);

    private static HashSet<MatchItem> Inside(IReadOnlyList<MatchItem> items, string module) =>
        [.. items.Where(item => item.Kind == MatchKind.State && item.Name.StartsWith($"{module}.", StringComparison.Ordinal))];

    /// <summary>Outputs of one shape, but for where the channels are.</summary>
    private static bool SameExtents(MatchItem one, MatchItem other) => one.Shape.Order().SequenceEqual(other.Shape.Order());
}
