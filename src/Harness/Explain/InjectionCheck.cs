using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Confirms a frontier: where one run's tensor is fed into the other, everything that follows must agree, unless more is wrong than what
/// enters there.
/// </summary>
internal static class InjectionCheck
{
    /// <summary>Feeds a run's tensor into another run at the frontier.</summary>
    /// <param name="frontier">Where.</param>
    /// <param name="source">The run whose tensor is fed, which has it whole.</param>
    /// <param name="rerun">Repeats the other run with tensors of the first in the place of its own, for so many iterations.</param>
    /// <param name="floor">The noise floor, or null.</param>
    /// <returns>What came of it; null where the source does not have the tensor whole, or the frontier is a number or a missing
    /// tensor.</returns>
    public static InjectionResult? Run(
        EntryDifference frontier,
        IReadOnlyList<RunTrace> source,
        Func<IReadOnlyList<Injection>, int, IReadOnlyList<RunTrace>> rerun,
        TraceFloor? floor
    )
    {
        var injections = source
            .Select(rank => (rank.Rank, rank.Find(frontier.Iteration, frontier.Key.Phase, frontier.Key.Name)?.Full))
            .Where(pair => pair.Full is not null)
            .Select(pair => new Injection(pair.Rank, frontier.Iteration, frontier.Key, pair.Full!))
            .ToList();
        if (injections.Count == 0 || frontier.Note is not null)
        {
            return null;
        }

        var comparison = TraceComparison.Of(source, rerun(injections, frontier.Iteration + 1), floor);
        var following = comparison
            .Differences.Where(difference => difference.Iteration == frontier.Iteration)
            .SkipWhile(difference => difference.Key != frontier.Key)
            .Where(difference =>
                difference.Key == frontier.Key || Follows(frontier.Key, difference.Key, source[0].Iterations[frontier.Iteration])
            )
            .ToList();
        var differing = following.Where(difference => difference.Exceeds).ToList();
        return new(frontier.Iteration, frontier.Key, following.Count, differing.Count, differing.Count > 0 ? differing[0].Key : null);
    }

    /// <summary>
    /// Whether a difference there can be the consequence of one here. A wrong module is wrong on the way back too: behind it nothing is
    /// expected to agree.
    /// </summary>
    private static bool Follows(TraceKey here, TraceKey there, IterationTrace trace) =>
        here.Phase != TracePhase.Forward
        || there.Phase switch
        {
            TracePhase.Forward or TracePhase.Loss => true,
            TracePhase.Backward => trace.IndexOf(here) < trace.IndexOf(there with { Phase = TracePhase.Forward }),
            _ => false,
        };
}
