namespace PPYolo.Tests.Unit.Align.Json;

/// <summary>What the JSON tests read: required and optional members, an enumeration, and objects nested in every way.</summary>
internal sealed record Recipe
{
    public required string Name { get; init; }

    public int BatchSize { get; init; } = 8;

    public Taste Flavour { get; init; }

    public Stage? First { get; init; }

    public IReadOnlyList<Stage> Steps { get; init; } = [];

    public System.Collections.Immutable.ImmutableArray<int> Sizes { get; init; } = [];

    public double? Share { get; init; }

    public IReadOnlyDictionary<string, Stage>? ByName { get; init; }

    internal sealed record Stage
    {
        public double Rate { get; init; }
    }

    internal enum Taste
    {
        Plain,
        VerySweet,
    }
}
