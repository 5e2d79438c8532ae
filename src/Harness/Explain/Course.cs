using System.Globalization;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Train.Capsules;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Compares each tensor of a run with itself in the iterations before: what is not finite, or much larger than usual, has left its course.
/// The size of a tensor is the root of its elements' mean square, so that images of other sides make no difference.
/// </summary>
internal static class Course
{
    /// <summary>The rule in a sentence.</summary>
    public static string Rule { get; } =
        $"a tensor has left its course where it is not finite, or where the root of its mean square is "
        + UsualRange.Rule("its iterations before")
        + $"; {ObjectCourse.Rule}";

    private static readonly TraceKey Boxes = new(TracePhase.Data, "gt_bbox");

    /// <summary>All departures, by iteration and in order of execution.</summary>
    /// <param name="ranks">What each rank computed.</param>
    /// <param name="batches">What each rank trained on in each iteration; empty where that is not known.</param>
    public static IReadOnlyList<Departure> Of(IReadOnlyList<RunTrace> ranks, IReadOnlyList<IReadOnlyList<CapsuleBatch>> batches)
    {
        var found = new List<Departure>();
        var objects = ranks.Select(_ => new ObjectCourse()).ToList();
        var sizes = ranks.Select(_ => new Dictionary<TraceKey, List<double>>()).ToList();
        for (var iteration = 0; iteration < ranks[0].Iterations.Count; iteration++)
        {
            var departures = new List<Departure>();
            for (var rank = 0; rank < ranks.Count; rank++)
            {
                if (
                    iteration < batches.Count
                    && batches[iteration].FirstOrDefault(batch => batch.Rank == rank) is { } batch
                    && objects[rank].Judge(batch.Objects, batch.Images) is { } crowd
                )
                {
                    departures.Add(new(iteration, rank, Boxes, crowd));
                }

                // What all ranks have alike is told of once.
                var entries = ranks[rank]
                    .Iterations[iteration]
                    .Entries.Where(entry => rank == 0 || !TraceComparison.IsRankFree(entry.Key.Phase));
                foreach (var entry in entries.Where(entry => entry.Key.Phase != TracePhase.Start))
                {
                    if (!sizes[rank].TryGetValue(entry.Key, out var earlier))
                    {
                        sizes[rank].Add(entry.Key, earlier = []);
                    }

                    if (How(entry, earlier) is { } how)
                    {
                        departures.Add(new(iteration, rank, entry.Key, how));
                    }
                }
            }

            found.AddRange(departures.OrderBy(departure => departure.Key.Phase));
        }

        return found;
    }

    /// <summary>
    /// The iteration in which the run left its course for good: departures in it and in each that follows. Null where the last iteration
    /// has none.
    /// </summary>
    public static int? Onset(IReadOnlyList<Departure> departures, int iterations)
    {
        var left = departures.Select(departure => departure.Iteration).ToHashSet();
        var onset = iterations;
        while (left.Contains(onset - 1))
        {
            onset--;
        }

        return onset == iterations ? null : onset;
    }

    private static string? How(TraceEntry entry, List<double> earlier)
    {
        var summary = entry.Summary;
        if (summary.NonFinite > 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.NonFinite} of its {Count(entry)} elements {(summary.NonFinite == 1 ? "is" : "are")} not finite"
            );
        }

        var size = summary.L2 / Math.Sqrt(Math.Max(1, Count(entry)));
        var usual = UsualRange.Of(earlier);
        earlier.Add(size);
        return usual is var (median, limit) && size > limit
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{size / median:G3} times its usual size, where up to {limit / median:G3} is usual"
            )
            : null;
    }

    private static long Count(TraceEntry entry) => entry.Shape.Aggregate(1L, (count, extent) => count * extent);
}
