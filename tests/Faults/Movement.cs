using PPYolo.Align.Generation;
using PPYolo.Align.Traces;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Faults;

/// <summary>
/// How far trainings move from the right one, in units of how far clean reruns do: tensor by tensor and iteration by iteration, from the
/// summaries alone. No rule of explain has a part in it.
/// </summary>
internal sealed class Movement
{
    /// <summary>Two roundings to float32: what is less is no movement, whatever reruns did.</summary>
    private const double Rounding = 2.0 / (1 << 23);

    private static readonly Dictionary<(BenchCase, int), Movement> Measured = [];

    private readonly IReadOnlyList<RunTrace> right;
    private readonly Dictionary<(int Rank, int Iteration, TraceKey Key), double> clean = [];

    private Movement(BenchCase of, int ranks)
    {
        var plan = Bench.Plan(of, ranks);
        right = TracingLoop.Execute(plan, ranks, TestEnvironment.Threads);
        List<IReadOnlyList<RunTrace>> reruns =
        [
            TracingLoop.Execute(plan, ranks, ranks),
            .. Enumerable
                .Range(0, 2)
                .Select(twin =>
                    TracingLoop.Execute(
                        plan with
                        {
                            Start = Perturbation.Of(plan.Start, $"movement{twin}"),
                        },
                        ranks,
                        TestEnvironment.Threads
                    )
                ),
        ];
        foreach (var rerun in reruns)
        {
            foreach (var (place, distance) in Distances(rerun))
            {
                clean[place] = Math.Max(distance, clean.GetValueOrDefault(place, Rounding));
            }
        }
    }

    /// <summary>The right training and its reruns, made once.</summary>
    public static Movement Of(BenchCase of, int ranks)
    {
        lock (Measured)
        {
            return Measured.TryGetValue((of, ranks), out var movement) ? movement : Measured[(of, ranks)] = new(of, ranks);
        }
    }

    /// <summary>
    /// Every entry in order of execution, with its distance from the right training over the largest of clean reruns; infinite where it is
    /// there or of that shape in one training alone.
    /// </summary>
    public IEnumerable<(string Place, TracePhase Phase, double Times)> Of(IReadOnlyList<RunTrace> run) =>
        Distances(run)
            .Select(pair =>
                (
                    pair.Place.Iteration,
                    pair.Place.Key.Phase,
                    Place: $"{pair.Place.Iteration} {pair.Place.Key}",
                    Times: pair.Distance / clean.GetValueOrDefault(pair.Place, Rounding)
                )
            )
            .OrderBy(entry => entry.Iteration)
            .ThenBy(entry => entry.Phase)
            .Select(entry => (entry.Place, entry.Phase, entry.Times));

    private IEnumerable<((int Rank, int Iteration, TraceKey Key) Place, double Distance)> Distances(IReadOnlyList<RunTrace> run)
    {
        for (var rank = 0; rank < right.Count; rank++)
        {
            for (var iteration = 0; iteration < right[rank].Iterations.Count; iteration++)
            {
                var (a, b) = (right[rank].Iterations[iteration], run[rank].Iterations[iteration]);
                foreach (var entry in a.Entries)
                {
                    var same = b.TryGet(entry.Key, out var other) && entry.Shape.SequenceEqual(other.Shape);
                    var distance = same ? entry.Summary.RelativeDistance(other!.Summary) : double.PositiveInfinity;
                    yield return ((rank, iteration, entry.Key), double.IsNaN(distance) ? double.PositiveInfinity : distance);
                }

                foreach (var entry in b.Entries.Where(entry => a.IndexOf(entry.Key) < 0))
                {
                    yield return ((rank, iteration, entry.Key), double.PositiveInfinity);
                }
            }
        }
    }
}
