using PPYolo.Align.Traces;

namespace PPYolo.Harness.Reduction;

/// <summary>Which modules may be the one that computes otherwise, given where two runs part.</summary>
internal static class ReductionPlaces
{
    // What is fed by a module mostly runs soon after it.
    private const int Behind = 4;

    /// <summary>The candidates, those of fewest layers first; none where the place is no module's.</summary>
    /// <param name="place">Where the runs part.</param>
    /// <param name="run">The run, for its modules.</param>
    /// <param name="trace">An iteration of it, for the order in which they run.</param>
    public static IReadOnlyList<string> Of(TraceKey place, ReducibleRun run, IterationTrace trace)
    {
        var name = place.Name.Split('#', '[')[0];
        IEnumerable<string> found = place.Phase switch
        {
            TracePhase.Forward => Upwards(name),
            TracePhase.Loss => [ReducedModule.Losses],
            TracePhase.Backward when name.StartsWith("yolo_head.", StringComparison.Ordinal) => [ReducedModule.Losses, .. Upwards(name)],
            TracePhase.Backward => Upwards(name).Concat(Following(name, trace).SelectMany(Upwards)),
            TracePhase.Buffers or TracePhase.Gradient => Upwards(Parent(name)),
            _ => [],
        };
        return [.. found.Where(module => module.Length > 0).Distinct().OrderBy(run.LayersIn)];
    }

    private static IEnumerable<string> Upwards(string name)
    {
        for (; name.Length > 0; name = Parent(name))
        {
            yield return name;
        }
    }

    private static string Parent(string name) => name.LastIndexOf('.') is var dot && dot < 0 ? "" : name[..dot];

    private static IEnumerable<string> Following(string name, IterationTrace trace) =>
        trace.Of(TracePhase.Forward).Select(entry => entry.Key.Name).SkipWhile(other => other != name).Skip(1).Take(Behind);
}
