using PPYolo.Align.Traces;
using PPYolo.Train.Tracing;

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

    /// <summary>What of a simulated run is looked at: phases of which both runs have something, and no kinks.</summary>
    public TraceOptions Needed => new() { Phases = [.. counted.Select(difference => difference.Key.Phase).Distinct()], Kinks = false };

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
            there = 0,
            frontier = 0;
        int differing = 0,
            spoilt = 0;
        foreach (var difference in counted)
        {
            if (difference.Exceeds)
            {
                var (remaining, of) = Remaining(simulated, difference);
                frontier = differing == 0 ? remaining / of : frontier;
                left += remaining;
                there += of;
                differing++;
            }
            else if (Distance(simulated, difference) > Math.Max(difference.Bound, 2 * difference.Relative))
            {
                spoilt++;
            }
        }

        var share = differing == 0 ? 0 : 1 - (left / there) - ((double)spoilt / (differing + spoilt));
        return Math.Min(share, 1 - frontier);
    }

    /// <summary>
    /// Whether what there is of a simulated iteration says that the run explains nothing: it does what the first run did where the runs
    /// part. The rest need not be trained, whose <see cref="Share"/> would not be above 0.
    /// </summary>
    /// <param name="iteration">Of the only rank, as far as it was trained.</param>
    public bool Refutes(IterationTrace iteration)
    {
        if (
            counted.Find(difference => difference.Exceeds) is not { } frontier
            || frontier.Iteration != iteration.Iteration
            || iteration[frontier.Key.Phase, frontier.Key.Name] is null
        )
        {
            return false;
        }

        var soFar = new IterationTrace[iteration.Iteration + 1];
        soFar[^1] = iteration;
        var (left, there) = Remaining([new(0, soFar)], frontier);
        return left >= there;
    }

    /// <summary>What a simulated run's sums are off by where the runs part; null where there is nothing to take it from.</summary>
    public double[]? AtFrontier(IReadOnlyList<RunTrace>? simulated) =>
        simulated is not null
        && counted.Find(difference => difference.Exceeds) is { } frontier
        && Find(simulated, frontier) is { } ours
        && Find(Second.Ranks, frontier) is { } theirs
            ? [.. ours.Summary.Sums.Zip(theirs.Summary.Sums, (x, y) => x - y)]
            : null;

    /// <summary>
    /// How much of a difference is left, and how much there is: its share beyond noise, in [0,1]. Where nothing was done both are the same,
    /// however near the difference is to its bound.
    /// </summary>
    private (double Left, double There) Remaining(IReadOnlyList<RunTrace> simulated, EntryDifference difference)
    {
        if (difference.Note is not null)
        {
            // Missing on one side, of another shape, or not finite: it is as in the second run, or not.
            var (ours, theirs) = (Find(simulated, difference), Find(Second.Ranks, difference));
            return ((ours is null) == (theirs is null) && ours?.Summary.NonFinite == theirs?.Summary.NonFinite ? 0 : 1, 1);
        }

        var there = (difference.Relative - difference.Bound) / difference.Relative;
        var left = Math.Max(0, Distance(simulated, difference) - difference.Bound) / difference.Relative;
        return (double.IsNaN(left) ? there : Math.Min(there, left), there);
    }

    private double Distance(IReadOnlyList<RunTrace> simulated, EntryDifference difference) =>
        Find(simulated, difference) is { } ours && Find(Second.Ranks, difference) is { } theirs
            ? ours.Summary.RelativeDistance(theirs.Summary)
            : double.PositiveInfinity;

    private static TraceEntry? Find(IReadOnlyList<RunTrace> run, EntryDifference difference) =>
        difference.Rank < run.Count ? run[difference.Rank].Find(difference.Iteration, difference.Key.Phase, difference.Key.Name) : null;
}
