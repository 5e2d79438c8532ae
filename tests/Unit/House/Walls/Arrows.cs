namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>What uses what, as arrows between names: of rooms, or of folders of one room.</summary>
internal sealed class Arrows
{
    /// <summary>Uses that a message shows for each arrow.</summary>
    private const int Shown = 3;

    private readonly ILookup<(string From, string To), TypeUse> arrows;

    private Arrows(IEnumerable<TypeUse> uses, Func<Place, string> name) =>
        arrows = uses.Where(use => name(use.From) != name(use.To)).ToLookup(use => (name(use.From), name(use.To)));

    public IEnumerable<(string From, string To)> All => arrows.Select(arrow => arrow.Key);

    public static Arrows BetweenRooms(IEnumerable<TypeUse> uses) => new(uses, place => place.Room);

    public static Arrows BetweenFolders(IEnumerable<TypeUse> uses, string room) =>
        new(uses.Where(use => use.From.Room == room && use.To.Room == room), place => place.Folder);

    /// <summary>A message for each arrow that a table does not have: a line for a name, "Data -> Model, Align".</summary>
    public IReadOnlyList<string> NotIn(string table)
    {
        var allowed = Parse(table).ToHashSet();
        return [.. arrows.Where(arrow => !allowed.Contains(arrow.Key)).Select(Message)];
    }

    /// <summary>A message for each arrow that is part of a circle.</summary>
    public IReadOnlyList<string> InCircles()
    {
        var circles = Circles(All).ToHashSet();
        return [.. arrows.Where(arrow => circles.Contains(arrow.Key)).Select(Message)];
    }

    public static IEnumerable<(string From, string To)> Parse(string table) =>
        from line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let sides = line.Split("->", StringSplitOptions.TrimEntries)
        from to in sides[1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        select (sides[0], to);

    /// <summary>The arrows from whose head a way leads back.</summary>
    public static IEnumerable<(string From, string To)> Circles(IEnumerable<(string From, string To)> arrows)
    {
        var next = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        return next.SelectMany(from => from.Where(to => Leads(to, from.Key, next, [])).Select(to => (from.Key, to)));
    }

    private static bool Leads(string from, string to, ILookup<string, string> next, HashSet<string> seen) =>
        from == to || (seen.Add(from) && next[from].Any(step => Leads(step, to, next, seen)));

    private static string Message(IGrouping<(string From, string To), TypeUse> arrow)
    {
        var uses = arrow.Take(Shown).Select(use => $"{use.From.File}: {use.From.Type} uses {use.To.Type} ({use.To.File})").ToList();
        var more = arrow.Count() > Shown ? $"; and {arrow.Count() - Shown} more" : "";
        return $"{arrow.Key.From} -> {arrow.Key.To}: {string.Join("; ", uses)}{more}";
    }
}
