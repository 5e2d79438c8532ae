using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>Small traces of one rank.</summary>
internal static class Traced
{
    public static ExplainedRun Run(params IEnumerable<(TracePhase Phase, string Name, float[] Values)> entries)
    {
        var iteration = new IterationTrace(0);
        foreach (var (phase, name, values) in entries)
        {
            iteration.Add(new(new(phase, name), [values.Length], StripedSummary.Of(values)));
        }

        return new("run", [new(0, [iteration])]);
    }

    /// <summary>Numbers that are the same for the same seed.</summary>
    public static float[] Numbers(int seed, int count = 1000)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    public static TraceComparison Compare(ExplainedRun first, ExplainedRun second) => TraceComparison.Of(first.Ranks, second.Ranks, null);
}
