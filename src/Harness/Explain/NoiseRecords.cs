using PPYolo.Align;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>Measures noise on records of a run that was taken again, by whichever program.</summary>
internal static class NoiseRecords
{
    /// <summary>Half precision rounds start weights that were perturbed about their last bit by less.</summary>
    private const double Perturbed = TraceComparison.UnmeasuredBound;

    /// <summary>The floor of a run.</summary>
    /// <param name="folder">Its record.</param>
    /// <param name="again">Records of the same run.</param>
    /// <exception cref="AlignException">A record is of another run, or has not all of it.</exception>
    public static TraceFloor Measure(string folder, IReadOnlyList<string> again)
    {
        var (run, twins) = (Traces(folder), again.Select(Traces).ToList());
        foreach (var (name, twin) in again.Zip(twins))
        {
            Require(folder, run, name, twin);
        }

        return TraceFloor.OfRecords(run, twins);
    }

    private static IReadOnlyList<RunTrace> Traces(string folder)
    {
        var run = ExplainedRunFolder.Read(folder);
        run.Start?.Dispose();
        return run.Ranks;
    }

    private static void Require(string folder, IReadOnlyList<RunTrace> run, string name, IReadOnlyList<RunTrace> twin)
    {
        var (expected, found) = (run[0].Iterations.Count, twin[0].Iterations.Count);
        if (run.Count != twin.Count || found < expected)
        {
            throw Other($"expected {expected} iterations on {run.Count} ranks, found {found} on {twin.Count}");
        }

        foreach (var (rank, iteration) in run.SelectMany(rank => rank.Iterations.Select(iteration => (rank.Rank, iteration))))
        {
            foreach (var entry in iteration.Entries)
            {
                var (phase, key) = (entry.Key.Phase, entry.Key.Name);
                var other = twin[rank].Find(iteration.Iteration, phase, key);
                if (other is null)
                {
                    throw Other($"it has no {entry.Key} of iteration {iteration.Iteration}; record as much of it");
                }

                var allowed =
                    phase == TracePhase.Start ? Perturbed
                    : TraceFloor.IsInput(phase) ? TraceComparison.Rounding
                    : double.PositiveInfinity;
                if (!entry.Shape.SequenceEqual(other.Shape) || entry.Summary.RelativeDistance(other.Summary) > allowed)
                {
                    throw Other($"{entry.Key} of iteration {iteration.Iteration} is another");
                }
            }
        }

        AlignException Other(string what) => new($"{name}: noise is measured on {folder} recorded again, and this is another run: {what}");
    }
}
