using PPYolo.Align.Comparison;

namespace PPYolo.Align.Traces;

/// <summary>Two traces side by side, in order of execution.</summary>
/// <param name="Differences">Every entry of either run.</param>
/// <param name="Floor">The noise floor, or null where there is none.</param>
public sealed record TraceComparison(IReadOnlyList<EntryDifference> Differences, TraceFloor? Floor)
{
    /// <summary>
    /// How many times the floor a difference must be to count. Sketches estimate a distance within 9 %, and of hundreds of tensors some are
    /// thrown several times further than in a few twins; planted faults are hundreds to millions of floors away.
    /// </summary>
    public const double Allowance = 10;

    /// <summary>Two roundings to float32: a smaller relative difference counts nowhere.</summary>
    public const double Rounding = 2.0 / (1 << 23);

    /// <summary>The bound where no floor was measured: what calm runs stay within for a few iterations.</summary>
    public const double UnmeasuredBound = 1e-3;

    /// <summary>Sums in float64 of equal tensors, taken in another order, differ by less; tensors that differ in a bit, by more.</summary>
    private const double Summation = 1e-12;

    /// <summary>The phases that do not depend on how a batch is spread over ranks.</summary>
    private static readonly HashSet<TracePhase> RankFree =
    [
        TracePhase.Start,
        TracePhase.Buffers,
        TracePhase.Loss,
        TracePhase.Reduction,
        TracePhase.Schedule,
        TracePhase.Momentum,
        TracePhase.Weights,
        TracePhase.Ema,
        TracePhase.End,
    ];

    /// <summary>What one run alone has recorded, which is not compared.</summary>
    public IReadOnlyList<Uncompared> NotCompared { get; init; } = [];

    /// <summary>What was not compared right before the <see cref="Frontier"/>; null where nothing lies there.</summary>
    public FrontierGap? Gap { get; init; }

    /// <summary>How many modules were compared.</summary>
    public ModuleCoverage Modules { get; init; } = new(0, 0);

    /// <summary>
    /// The earliest entry whose bits are not the same in both runs, within noise or not; null where there is none. Sums of equal tensors in
    /// another order count as equal.
    /// </summary>
    public EntryDifference? FirstBit => Differences.FirstOrDefault(difference => !(difference.Relative <= Summation));

    /// <summary>Whether anything was compared that a run computes, beside what it starts from and is fed.</summary>
    public bool HasComputed =>
        Differences.Any(difference => difference.Key.Phase is not (TracePhase.Start or TracePhase.Data or TracePhase.Schedule));

    /// <summary>The earliest difference beyond noise in order of execution, or null.</summary>
    public EntryDifference? Frontier => Differences.FirstOrDefault(difference => difference.Exceeds);

    /// <summary>All differences beyond noise.</summary>
    public IEnumerable<EntryDifference> Exceeding => Differences.Where(difference => difference.Exceeds);

    /// <summary>Compares two runs.</summary>
    /// <param name="expected">One trace for each rank.</param>
    /// <param name="found">The same of the other run. With another number of ranks only what concerns all ranks together is compared: data
    /// where <see cref="RunTrace.JoinedBatches"/> is known.</param>
    /// <param name="floor">The noise floor, or null.</param>
    public static TraceComparison Of(IReadOnlyList<RunTrace> expected, IReadOnlyList<RunTrace> found, TraceFloor? floor)
    {
        var sameRanks = expected.Count == found.Count;
        var ranks = Math.Max(expected.Count, found.Count);
        var iterations = Math.Min(expected[0].Iterations.Count, found[0].Iterations.Count);
        var all = new List<EntryDifference>();
        var noise = Enumerable.Range(0, ranks).Select(_ => new NoisePropagation()).ToList();
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var ordered = new List<(TracePhase Phase, EntryDifference Difference)>();
            // What is the same on every rank is reported once, unless a rank has drifted away from the first.
            var reported = new HashSet<TraceKey>();
            for (var rank = 0; rank < ranks; rank++)
            {
                // Of other numbers of ranks, each rank must have what is the same on all.
                var (first, second) = (expected[Math.Min(rank, expected.Count - 1)], found[Math.Min(rank, found.Count - 1)]);
                var earlier = iteration > 0 ? first.Iterations[iteration - 1] : null;
                ordered.AddRange(
                    Compare(
                            sameRanks ? first.Iterations[iteration] : OverRanks(first, expected.Count, iteration),
                            sameRanks ? second.Iterations[iteration] : OverRanks(second, found.Count, iteration),
                            earlier,
                            (first, second),
                            floor,
                            noise[rank]
                        )
                        .Where(difference =>
                            !RankFree.Contains(difference.Key.Phase) || (difference.Exceeds ? reported.Add(difference.Key) : rank == 0)
                        )
                        .Select(difference => (difference.Key.Phase, difference))
                );
            }

            all.AddRange(ordered.OrderBy(pair => pair.Phase).Select(pair => pair.Difference));
        }

        return new(all, floor)
        {
            NotCompared = UncomparedEntries.Of(expected, found, all),
            Gap = FrontierGap.Of(expected, found, all),
            Modules = ModuleCoverage.Of(expected, found, all),
        };
    }

    /// <summary>Whether a phase is the same on every rank.</summary>
    public static bool IsRankFree(TracePhase phase) => RankFree.Contains(phase);

    /// <summary>What of an iteration concerns all ranks together; a single rank's data and gradients are those of all.</summary>
    private static IterationTrace OverRanks(RunTrace run, int ranks, int iteration)
    {
        var trace = run.Iterations[iteration];
        var reduced = trace.Of(TracePhase.Reduction).Any();
        var result = new IterationTrace(trace.Iteration) { MeasuresKinks = trace.MeasuresKinks };
        foreach (var entry in ranks == 1 ? trace.Of(TracePhase.Data) : run.JoinedBatches?[iteration] ?? [])
        {
            result.Add(entry);
        }

        foreach (var entry in trace.Entries)
        {
            if (RankFree.Contains(entry.Key.Phase))
            {
                result.Add(entry);
            }
            else if (entry.Key.Phase == TracePhase.Gradient && !reduced && (ranks == 1 || run.Rank == 0))
            {
                result.Add(entry with { Key = new(TracePhase.Reduction, entry.Key.Name) });
            }
        }

        return result;
    }

    private static IEnumerable<EntryDifference> Compare(
        IterationTrace a,
        IterationTrace b,
        IterationTrace? earlier,
        (RunTrace First, RunTrace Second) runs,
        TraceFloor? floor,
        NoisePropagation noise
    )
    {
        noise.Begin(a.MeasuresKinks);
        var rank = Math.Max(runs.First.Rank, runs.Second.Rank);
        // A phase that one run did not record says nothing, nor does a module that it did not watch, nor do counters of batches, which not
        // every implementation has; a single entry that is missing does.
        var kinds = a.Entries.Select(Kind).Intersect(b.Entries.Select(Kind)).ToHashSet();
        foreach (var entry in a.Entries.Where(entry => kinds.Contains(Kind(entry))))
        {
            var floorBound = Bound(floor, a.Iteration, entry.Key);
            var bound = noise.Bound(entry, earlier?[entry.Key.Phase, entry.Key.Name], floorBound);
            if (!b.TryGet(entry.Key, out var other))
            {
                if (!runs.Second.Watches(entry.Key))
                {
                    continue;
                }

                yield return new(a.Iteration, rank, entry.Key, double.NaN, bound, "missing in the second run");
            }
            else if (!entry.Shape.SequenceEqual(other.Shape))
            {
                yield return new(
                    a.Iteration,
                    rank,
                    entry.Key,
                    double.NaN,
                    bound,
                    $"of shape {string.Join('x', entry.Shape)} and {string.Join('x', other.Shape)}"
                );
            }
            else if (entry.Summary.NonFinite + other.Summary.NonFinite > 0)
            {
                yield return new(
                    a.Iteration,
                    rank,
                    entry.Key,
                    double.NaN,
                    bound,
                    $"{entry.Summary.NonFinite} and {other.Summary.NonFinite} elements are not finite"
                );
            }
            else
            {
                var difference = new EntryDifference(
                    a.Iteration,
                    rank,
                    entry.Key,
                    entry.Summary.RelativeDistance(other.Summary),
                    bound,
                    null
                );
                noise.Accept(entry, difference, floorBound);
                yield return difference;
            }
        }

        foreach (
            var entry in b.Entries.Where(entry => kinds.Contains(Kind(entry)) && a.IndexOf(entry.Key) < 0 && runs.First.Watches(entry.Key))
        )
        {
            yield return new(a.Iteration, rank, entry.Key, double.NaN, Bound(floor, a.Iteration, entry.Key), "only in the second run");
        }
    }

    /// <summary>Parameters, running statistics and counters: an average may be of the first alone.</summary>
    private static (TracePhase Phase, bool IsStatistic, bool IsCounter) Kind(TraceEntry entry) =>
        (
            entry.Key.Phase,
            entry.Key.Name.EndsWith("running_mean", StringComparison.Ordinal)
                || entry.Key.Name.EndsWith("running_var", StringComparison.Ordinal),
            entry.Key.Name.EndsWith(TensorComparison.CounterMark, StringComparison.Ordinal)
        );

    private static double Bound(TraceFloor? floor, int iteration, TraceKey key) =>
        floor is null
            ? TraceFloor.IsInput(key.Phase)
                ? Rounding
                : UnmeasuredBound
            : Math.Max(Rounding, Allowance * floor.For(iteration, key));
}
