using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;

namespace PPYolo.Harness.Explain;

/// <summary>The first run, trained again so that there is of it what there is of the second: on as many ranks, and with a trace.</summary>
/// <param name="Run">What came of it, under the first run's name.</param>
/// <param name="Laboratory">Repeats the repetition.</param>
/// <param name="Own">The repetition against what there is of the first run.</param>
internal sealed record Repetition(ExplainedRun Run, Laboratory Laboratory, TraceComparison Own)
{
    /// <summary>Whether it is the first run, as far as can be seen, and may stand for it.</summary>
    public bool IsTheFirst => Own.Frontier is null && Own.Differences.Count > 0;

    /// <summary>Repeats the first run.</summary>
    /// <param name="first">The first run.</param>
    /// <param name="second">The run that it is to be compared with.</param>
    /// <param name="laboratory">Repeats the first run, or null.</param>
    /// <param name="floor">The noise floor, or null.</param>
    /// <param name="obstacle">Why it cannot be repeated on as many ranks, or null.</param>
    /// <returns>The repetition; null where it cannot be, or would be of no use.</returns>
    public static Repetition? Of(ExplainedRun first, ExplainedRun second, Laboratory? laboratory, TraceFloor? floor, out string? obstacle)
    {
        obstacle = null;
        var otherRanks = first.Ranks.Count != second.Ranks.Count;
        if (!otherRanks && (first.IsTraced || !second.IsTraced))
        {
            return null;
        }

        if (laboratory is null)
        {
            obstacle = $"{first.Name} cannot be repeated without its case.json, start weights and batches";
            return null;
        }

        var repeating = laboratory;
        if (otherRanks)
        {
            var images = second.Ranks.Select(rank => rank.Iterations[0][TracePhase.Data, "image"]?.Shape[0]).ToList();
            if (images.Contains(null) || images.Sum() != first.Images)
            {
                obstacle = images.Contains(null)
                    ? $"it is not known how {second.Name} spreads its images over ranks"
                    : $"the runs have {first.Images} and {images.Sum()} images in an iteration";
                return null;
            }

            JoinedBatches.Of(first, out obstacle);
            if (obstacle is not null)
            {
                return null;
            }

            repeating = laboratory.OnRanks([.. images.Select(count => (int)count!.Value)]);
        }

        var traces = repeating.Run(null, repeating.Iterations);
        return new(first with { Ranks = traces, Batches = repeating.Batches }, repeating, TraceComparison.Of(first.Ranks, traces, floor));
    }

    /// <summary>What the comparison with the repetition rests on.</summary>
    public string Describe(ExplainedRun first, ExplainedRun second) =>
        first.Ranks.Count == second.Ranks.Count
            ? $"{first.Name} has no trace: it was repeated with one, which agrees with the {Own.Differences.Count} tensors that there "
                + $"are of it; {second.Name} is compared with the repetition"
            : $"the runs are on {first.Ranks.Count} and {second.Ranks.Count} ranks: {first.Name} was repeated on {second.Ranks.Count}, "
                + $"and agrees with itself in the {Own.Differences.Count} tensors that concern all ranks together; {second.Name} is "
                + $"compared with the repetition, rank by rank";

    /// <summary>
    /// The first run on as many ranks as the second is not itself, but nearer to the second: the number of ranks is a cause. It is followed
    /// by what remains beside it.
    /// </summary>
    /// <param name="first">The first run.</param>
    /// <param name="second">The second run.</param>
    /// <param name="direct">The two compared as they are.</param>
    /// <param name="progress">Told what is tried.</param>
    public IEnumerable<Cause> OfRankCount(ExplainedRun first, ExplainedRun second, TraceComparison direct, Action<string>? progress)
    {
        if (first.Ranks.Count == second.Ranks.Count || Own.Frontier is not { } parts || direct.Frontier is not { } between)
        {
            yield break;
        }

        var onward = Explainer.Explain(Run, second, direct.Floor, Laboratory, progress);
        var rest = onward.Trace.Frontier;
        if (rest is not null && (rest.Iteration, rest.Key.Phase).CompareTo((between.Iteration, between.Key.Phase)) <= 0)
        {
            yield break;
        }

        var ranks = second.Ranks.Count;
        yield return CauseCatalogue.RankCount.Found(
            first.Options!.DropBlock
                ? $"On {ranks} ranks DropBlock drops other cells than on {first.Ranks.Count}: each rank draws its own. Record both runs "
                    + $"with --set dropBlock=false."
                : $"The number of ranks makes the difference: on {ranks} the first run is not what it is on {first.Ranks.Count}.",
            onward.Trace.Differences.Count(difference => !difference.Exceeds) / (double)onward.Trace.Differences.Count,
            [
                $"the first run repeated on {ranks} ranks parts from itself in iteration {parts.Iteration} at {parts.Key}",
                rest is null
                    ? $"the repetition and the second run agree in all {onward.Trace.Differences.Count} tensors, rank by rank"
                    : $"the repetition and the second run part later, in iteration {rest.Iteration} at {rest.Key}: "
                        + $"{rest.Note ?? $"{Numbers.Text(rest.Units)} times the noise"}",
            ],
            first.Options.DropBlock ? TracePhase.Forward : between.Key.Phase
        );
        foreach (var cause in onward.Causes)
        {
            yield return cause;
        }
    }
}
