using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>What a simulation is to reproduce, and what it is to leave alone.</summary>
/// <param name="Second">The run that differs.</param>
/// <param name="Comparison">Where it does, and where it does not.</param>
/// <param name="Last">The last iteration that counts.</param>
internal sealed record SimulationEvidence(ExplainedRun Second, TraceComparison Comparison, int Last)
{
    private readonly List<EntryDifference> counted = [.. Comparison.Differences.Where(difference => difference.Iteration <= Last)];

    /// <summary>How far to simulate.</summary>
    public int Iterations => Last + 1;

    /// <summary>
    /// The share of the differences that a simulated run does not have, less the share of what agreed and does not agree with it: 1 where
    /// it is the second run, 0 and less where it is no nearer to it. What does not touch the place where the runs part explains nothing.
    /// </summary>
    public double Share(IReadOnlyList<RunTrace>? simulated)
    {
        if (simulated is null)
        {
            return 0;
        }

        double left = 0,
            frontier = 0;
        int differing = 0,
            spoilt = 0;
        var first = true;
        foreach (var difference in counted)
        {
            if (difference.Exceeds)
            {
                var remaining = Remaining(simulated, difference);
                left += remaining;
                differing++;
                frontier = first ? remaining : frontier;
                first = false;
            }
            else if (Distance(simulated, difference) > Math.Max(difference.Bound, 2 * difference.Relative))
            {
                spoilt++;
            }
        }

        var share = differing == 0 ? 0 : 1 - (left / differing) - ((double)spoilt / (differing + spoilt));
        return Math.Min(share, 1 - frontier);
    }

    /// <summary>How much of a difference is left, in [0,1].</summary>
    private double Remaining(IReadOnlyList<RunTrace> simulated, EntryDifference difference)
    {
        if (difference.Note is not null)
        {
            // Missing on one side, of another shape, or not finite: it is as in the second run, or not.
            var (ours, theirs) = (Find(simulated, difference), Find(Second.Ranks, difference));
            return (ours is null) == (theirs is null) && ours?.Summary.NonFinite == theirs?.Summary.NonFinite ? 0 : 1;
        }

        var distance = Math.Max(0, Distance(simulated, difference) - difference.Bound) / difference.Relative;
        return double.IsNaN(distance) ? 1 : Math.Min(1, distance);
    }

    private double Distance(IReadOnlyList<RunTrace> simulated, EntryDifference difference) =>
        Find(simulated, difference) is { } ours && Find(Second.Ranks, difference) is { } theirs
            ? ours.Summary.RelativeDistance(theirs.Summary)
            : double.PositiveInfinity;

    private static TraceEntry? Find(IReadOnlyList<RunTrace> run, EntryDifference difference) =>
        difference.Rank < run.Count ? run[difference.Rank].Find(difference.Iteration, difference.Key.Phase, difference.Key.Name) : null;
}
