using System.Globalization;
using PPYolo.Align.Records;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Align.Verdicts;
using PPYolo.Train.Capsules;

namespace PPYolo.Harness.Replay;

/// <summary>Compares a capsule with its repetition, sketch by sketch and bit by bit.</summary>
internal static class CapsuleComparison
{
    private const string InConvolution = "; its norm saw another mean, so it is the output of its convolution";

    /// <summary>A check for each iteration, in order.</summary>
    /// <param name="kept">The capsule's traces, by rank.</param>
    /// <param name="again">The repetition's iterations, by rank, from <paramref name="skipped"/> on.</param>
    /// <param name="first">The iteration of the run that is the capsule's first.</param>
    /// <param name="skipped">Iterations of the capsule that are before the state which it is trained again from.</param>
    public static IReadOnlyList<Check> Checks(
        IReadOnlyList<RunTrace> kept,
        IReadOnlyList<IReadOnlyList<BoxedIteration>> again,
        int first,
        int skipped
    )
    {
        var expected = kept[0].Iterations.Count - skipped;
        return
        [
            new("iterations trained again", "missing", expected - again[0].Count, 0),
            .. Enumerable
                .Range(0, again[0].Count)
                .Select(i =>
                    Compare(
                        string.Create(CultureInfo.InvariantCulture, $"iteration {first + skipped + i}"),
                        [.. kept.Select((rank, number) => (rank.Iterations[skipped + i], again[number][i].Trace))]
                    )
                ),
        ];
    }

    /// <summary>Each iteration's losses and rates.</summary>
    public static IReadOnlyList<IterationComparison> Iterations(CapsuleFile file, IReadOnlyList<BoxedIteration> again) =>
        [
            .. again.Join(
                file.Iterations,
                boxed => boxed.Trace.Iteration,
                kept => kept.Iteration,
                (boxed, kept) =>
                    new IterationComparison(
                        kept.Iteration,
                        boxed.Size,
                        boxed.Rate ?? double.NaN,
                        kept.LearningRate ?? double.NaN,
                        [
                            .. boxed.Losses.Select(loss => new LossComparison(
                                loss.Key,
                                loss.Value,
                                kept.Losses.GetValueOrDefault(loss.Key) ?? double.NaN
                            )),
                        ]
                    )
            ),
        ];

    private static Check Compare(string name, IReadOnlyList<(IterationTrace Kept, IterationTrace Again)> ranks)
    {
        var differing = ranks
            .SelectMany(
                (pair, rank) =>
                    pair
                        .Kept.Entries.Where(entry => pair.Again.Of(entry.Key.Phase).Any())
                        .Where(entry =>
                            entry.Key.Phase != TracePhase.Start
                            && !(pair.Again.TryGet(entry.Key, out var other) && Same(entry.Summary, other.Summary))
                        )
                        .Select(entry => (entry, Other: pair.Again.TryGet(entry.Key, out var other) ? other : null, rank))
            )
            .DistinctBy(found => (found.entry.Key, TraceComparison.IsRankFree(found.entry.Key.Phase) ? 0 : found.rank))
            .OrderBy(found => found.entry.Key.Phase)
            .ToList();
        if (differing.Count == 0)
        {
            return new(name, "tensors of other bits", 0, 0);
        }

        var (first, there, on) = differing[0];
        return new(
            name,
            "tensors of other bits",
            differing.Count,
            0,
            $"{first.Key}{(on > 0 || (ranks.Count > 1 && !TraceComparison.IsRankFree(first.Key.Phase)) ? $" of rank {on}" : "")}: "
                + How(first.Summary, there?.Summary)
                + (differing.Any(found => found.rank == on && IsNormOf(first.Key, found.entry.Key)) ? InConvolution : "")
        );
    }

    // A box does not keep what a convolution hands to its norm: the norm's mean says whether that was another.
    private static bool IsNormOf(TraceKey unit, TraceKey mean) =>
        unit.Phase == TracePhase.Forward
        && mean.Phase == TracePhase.Buffers
        && mean.Name is var name
        && name.EndsWith(".running_mean", StringComparison.Ordinal)
        && name[..name.LastIndexOf('.')] is var norm
        && norm[..Math.Max(norm.LastIndexOf('.'), 0)] == unit.Name;

    private static string How(StripedSummary kept, StripedSummary? again) =>
        again is null ? "not computed when it was trained again"
        : kept.NonFinite + again.NonFinite > 0
            ? $"{kept.NonFinite} elements that are not finite in the capsule, {again.NonFinite} when it was trained again"
        : string.Create(CultureInfo.InvariantCulture, $"another by {kept.RelativeDistance(again):0.00e+00} of its norm");

    /// <summary>A NaN is the same as a NaN: here it is what was computed that counts.</summary>
    private static bool Same(StripedSummary a, StripedSummary b) =>
        a.NonFinite == b.NonFinite
        && a.L2.Equals(b.L2)
        && a.Mean.Equals(b.Mean)
        && a.AbsMax.Equals(b.AbsMax)
        && a.Sums.Zip(b.Sums).All(pair => pair.First.Equals(pair.Second));
}
