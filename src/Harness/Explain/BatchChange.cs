using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Harness.Faults;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.Explain;

/// <summary>A way in which a batch can be wrong.</summary>
/// <param name="Cause">What it is as a cause.</param>
/// <param name="Description">Completes "the batch equals the expected one ...".</param>
/// <param name="Apply">Changes a batch.</param>
internal sealed record BatchChange(CauseKind Cause, string Description, Func<Batch, Batch> Apply)
{
    /// <summary>Data are the same bits, but for a rounding where a change computes.</summary>
    private const double Exact = 1e-5;

    /// <summary>What may be wrong with images while the rest is right.</summary>
    public static IReadOnlyList<BatchChange> OfImages { get; } =
    [
        new(CauseCatalogue.ChannelOrder, "with channels reversed", BatchFaults.ReverseChannels),
        new(CauseCatalogue.FlipWithoutBoxes, "with images flipped and boxes left", BatchFaults.FlipImages),
        new(CauseCatalogue.FlipWithoutBoxes, "with images upside down and boxes left", BatchFaults.TurnImages),
    ];

    /// <summary>What may be wrong with targets while images are right.</summary>
    public static IReadOnlyList<BatchChange> OfTargets { get; } =
    [
        new(CauseCatalogue.ScoreIgnored, "with every score 1", BatchFaults.IgnoreScores),
        new(CauseCatalogue.BoxWeightIgnored, "with every box weight 1", BatchFaults.IgnoreBoxWeights),
        new(CauseCatalogue.BoxCorners, "with boxes as corners, not as centre and size", BatchFaults.BoxesAsCorners),
    ];

    /// <summary>The change that makes what was fed in the second run from a batch of the first, or null.</summary>
    /// <param name="first">The run whose batches are known.</param>
    /// <param name="second">The run whose data differs.</param>
    /// <param name="at">Where it does.</param>
    public static BatchChange? Find(ExplainedRun first, ExplainedRun second, EntryDifference at)
    {
        if (first.Batches is null || !NativeLibraries.HasTorch)
        {
            return null;
        }

        var expected = first.Batches(at.Rank).At(at.Iteration);
        return OfImages.Concat(OfTargets).FirstOrDefault(change => change.Apply(expected).Named.All(pair => IsFound(pair.Key, pair.Value)));

        bool IsFound(string name, TensorData candidate)
        {
            var summary = StripedSummary.Of(candidate);
            return second.Ranks[at.Rank].Find(at.Iteration, TracePhase.Data, name) is { } found
                && summary.RelativeDistance(found.Summary) < Exact;
        }
    }
}
