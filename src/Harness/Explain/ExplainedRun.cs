using PPYolo.Align.Matching;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Explain;

/// <summary>What there is of one of the two runs that are explained.</summary>
/// <param name="Name">A folder or name, for reports.</param>
/// <param name="Ranks">One trace for each rank; parts that were not recorded are missing in it.</param>
internal sealed record ExplainedRun(string Name, IReadOnlyList<RunTrace> Ranks)
{
    /// <summary>Network and recipe, where they are known.</summary>
    public TrainOptions? Options { get; init; }

    /// <summary>The seed of the run's random numbers.</summary>
    public string Seed { get; init; } = "1";

    /// <summary>The start weights, where they are known.</summary>
    public NamedTensors? Start { get; init; }

    /// <summary>Each rank's batches, where they are known.</summary>
    public Func<int, IBatchSource>? Batches { get; init; }

    /// <summary>What its capsule.json says, where it is a capsule: it begins in the middle of a run.</summary>
    public CapsuleFile? Capsule { get; init; }

    /// <summary>Which iteration of the run its iteration 0 is.</summary>
    public int FirstIteration { get; init; }

    /// <summary>Whether it is known how many iterations the run had; where only weights are there, it is not.</summary>
    public bool HasLength { get; init; } = true;

    /// <summary>Whether it is still being recorded, or died: what there is of it is no run.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>What is to be known of how it was recorded.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>
    /// Whether modules, gradients and the optimizer's parts were recorded, and not only what a record without a trace has.
    /// </summary>
    public bool IsTraced => Iterations.Any(iteration => iteration.Of(TracePhase.Forward).Any());

    /// <summary>The names that it was given in the place of its own; null where they are its own.</summary>
    public NameMap? Names { get; init; }

    /// <summary>Whether iterations are missing between those that were traced, or before them.</summary>
    public bool HasGaps => IsTraced && Iterations.Any(iteration => !iteration.IsTraced);

    /// <summary>The names that there are in it anywhere.</summary>
    public IReadOnlySet<string> AllNames() =>
        Ranks
            .SelectMany(rank => rank.Iterations)
            .SelectMany(iteration => iteration.Entries)
            .Select(entry => entry.Key.Name)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The same, of which its first iterations alone are known.</summary>
    public ExplainedRun Until(int iterations) =>
        this with
        {
            Ranks = [.. Ranks.Select(rank => rank with { Iterations = [.. rank.Iterations.Take(iterations)] })],
        };

    /// <summary>Surroundings: versions, threads, processor.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The iterations of rank 0.</summary>
    public IReadOnlyList<IterationTrace> Iterations => Ranks[0].Iterations;

    /// <summary>Images in an iteration over all ranks, or null where unknown.</summary>
    public long? Images =>
        Ranks.All(rank => rank.Iterations[0][TracePhase.Data, "image"] is not null)
            ? Ranks.Sum(rank => rank.Iterations[0][TracePhase.Data, "image"]!.Shape[0])
            : null;

    /// <summary>The sums of an entry of rank 0, or null.</summary>
    public double[]? Sums(int iteration, TracePhase phase, string name) => Ranks[0].Find(iteration, phase, name)?.Summary.Sums;

    /// <summary>The gradients that the optimizer got.</summary>
    public IEnumerable<TraceEntry> Reduced(int iteration) =>
        Iterations[iteration].Of(TracePhase.Reduction) is var reduced && reduced.Any()
            ? reduced
            : Iterations[iteration].Of(TracePhase.Gradient);

    /// <summary>A parameter before an iteration.</summary>
    public double[]? WeightsBefore(int iteration, string key) =>
        iteration == 0 ? Sums(0, TracePhase.Start, key) : Sums(iteration - 1, TracePhase.Weights, key);

    /// <summary>A recorded scalar, or null.</summary>
    public double? Value(int iteration, TracePhase phase, string name) => Ranks[0].Find(iteration, phase, name)?.Summary.Mean;

    /// <summary>The recorded rates.</summary>
    public IReadOnlyList<double> Rates =>
        [.. Iterations.Select(iteration => iteration[TracePhase.Schedule, "rate"]?.Summary.Mean ?? double.NaN)];

    /// <summary>The same from an iteration on, which becomes iteration 0. What it started from is not known then.</summary>
    public ExplainedRun From(int iteration) =>
        iteration == 0
            ? this
            : this with
            {
                Ranks =
                [
                    .. Ranks.Select(rank =>
                        rank with
                        {
                            Iterations = [.. rank.Iterations.Skip(iteration).Select((trace, i) => trace.Numbered(i))],
                        }
                    ),
                ],
                Start = null,
                Batches = null,
                FirstIteration = FirstIteration + iteration,
            };

    /// <summary>The recipe, where it is known.</summary>
    public TrainingRecipe? Recipe => Options?.ToRecipe();
}
