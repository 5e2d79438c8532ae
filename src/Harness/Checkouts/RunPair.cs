using PPYolo.Align.Golden;

namespace PPYolo.Harness.Checkouts;

/// <summary>A golden, and what the theories of two checkouts came to that end in it, in one of its ways.</summary>
/// <param name="Name">NAME of NAME.verified.golden.</param>
/// <param name="Way">The way; empty where there is one.</param>
/// <param name="Golden">The golden.</param>
/// <param name="Then">The run of the one; null where it has none.</param>
/// <param name="Now">The run of the other; null where it has none.</param>
internal sealed record RunPair(string Name, string Way, GoldenRecord Golden, GoldenRecord? Then, GoldenRecord? Now)
{
    /// <summary>Name and way, for messages.</summary>
    public string Title => Way.Length == 0 ? Name : $"{Name} ({Way})";

    /// <summary>How the second run compares with the first, within the golden's floors. Both must be there.</summary>
    public GoldenComparison Compare() => GoldenComparer.Compare(GoldenFloors.Borrow(Then!, Golden), Now!);

    /// <summary>
    /// Those of some goldens. A checkout that does not tell ways apart has one run without a name, which stands for all; a golden that
    /// ran in neither is left out.
    /// </summary>
    /// <param name="goldens">The goldens by name.</param>
    /// <param name="then">The results of the one.</param>
    /// <param name="now">The results of the other.</param>
    public static IReadOnlyList<RunPair> Between(IReadOnlyDictionary<string, GoldenRecord> goldens, string then, string now) =>
        [
            .. goldens
                .OrderBy(golden => golden.Key, StringComparer.Ordinal)
                .SelectMany(golden =>
                    Of(golden.Key, golden.Value, TheoryResults.Runs(then, golden.Key), TheoryResults.Runs(now, golden.Key))
                ),
        ];

    private static IEnumerable<RunPair> Of(
        string name,
        GoldenRecord golden,
        IReadOnlyList<(string Way, GoldenRecord Run)> then,
        IReadOnlyList<(string Way, GoldenRecord Run)> now
    )
    {
        bool Unnamed(IReadOnlyList<(string Way, GoldenRecord Run)> side) => side is [{ Way: "" }];
        GoldenRecord? Run(IReadOnlyList<(string Way, GoldenRecord Run)> side, string way) =>
            side.Where(run => run.Way == way || Unnamed(side)).Select(run => run.Run).FirstOrDefault();

        var ways = new[] { then, now }
            .Where(side => !Unnamed(side))
            .SelectMany(side => side)
            .Select(run => run.Way)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return (ways.Count == 0 && then.Count + now.Count > 0 ? [""] : ways).Select(way => new RunPair(
            name,
            way,
            golden,
            Run(then, way),
            Run(now, way)
        ));
    }
}
