using PPYolo.Align.Golden;

namespace PPYolo.Harness.Pipeline;

/// <summary>What a theory came to against its golden.</summary>
/// <param name="Name">NAME of NAME.verified.golden.</param>
/// <param name="State">The outcome.</param>
/// <param name="Summary">The outcome in a line; empty where nothing was compared.</param>
internal sealed record MeasuredGolden(string Name, GoldenState State, string Summary)
{
    /// <summary>Compares.</summary>
    /// <param name="name">NAME of NAME.verified.golden.</param>
    /// <param name="approved">The golden, or null where there is none yet.</param>
    /// <param name="run">The run.</param>
    public static MeasuredGolden Of(string name, GoldenRecord? approved, GoldenRecord run)
    {
        if (approved is null)
        {
            return new(name, GoldenState.Missing, "there is no golden yet");
        }

        var comparison = GoldenComparer.Compare(approved, run);
        var place = comparison.Began is { } began ? $"; it began in {began}" : "";
        return new(name, comparison.Aligned ? GoldenState.Within : GoldenState.Diverged, comparison.Summary + place);
    }
}
