using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>The differences that a simulation is to reproduce.</summary>
/// <param name="Second">The run that differs.</param>
/// <param name="Differences">Where it does.</param>
/// <param name="Iterations">How far to simulate.</param>
internal sealed record SimulationEvidence(ExplainedRun Second, IReadOnlyList<EntryDifference> Differences, int Iterations)
{
    /// <summary>
    /// The share of the differences that a simulated run does not have: 1 where it is the second run, 0 where it is as far away as the
    /// first or farther.
    /// </summary>
    public double Explained(IReadOnlyList<RunTrace> simulated)
    {
        double left = 0;
        foreach (var difference in Differences)
        {
            var found = Second.Ranks[difference.Rank].Find(difference.Iteration, difference.Key.Phase, difference.Key.Name);
            var ours = simulated[difference.Rank].Find(difference.Iteration, difference.Key.Phase, difference.Key.Name);
            var distance =
                found is null || ours is null
                    ? 1
                    : Math.Max(0, ours.Summary.RelativeDistance(found.Summary) - difference.Bound) / difference.Relative;
            left += double.IsNaN(distance) ? 1 : Math.Min(1, distance);
        }

        return Differences.Count == 0 ? 0 : 1 - (left / Differences.Count);
    }
}
