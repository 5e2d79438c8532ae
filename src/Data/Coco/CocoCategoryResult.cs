using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>How well one category is detected.</summary>
/// <param name="Category">The category.</param>
/// <param name="AveragePrecision">
/// Mean precision over the ten overlap thresholds and the 101 recalls, all sizes, 100 detections; -1 where no object of the category needs
/// to be found. </param>
public sealed record CocoCategoryResult(CocoCategory Category, double AveragePrecision)
{
    /// <summary>The objects to find: those that are no crowds.</summary>
    public int Objects { get; init; }

    /// <summary>
    /// The precision at each of the 101 recalls of <see cref="CocoProtocol.RecallPoints"/>, for one of the ten overlap thresholds after the
    /// other, all sizes, 100 detections; empty where no object of the category needs to be found.
    /// </summary>
    public ImmutableArray<double> Precisions { get; init; } = [];

    /// <summary>The precision at each recall, at one overlap threshold.</summary>
    internal ReadOnlySpan<double> Curve(int threshold) =>
        Precisions.AsSpan(threshold * CocoProtocol.RecallPoints.Length, CocoProtocol.RecallPoints.Length);

    /// <summary>The mean precision over recalls at one overlap threshold; -1 where no object needs to be found.</summary>
    internal double At(int threshold)
    {
        var mean = default(DefinedMean);
        foreach (var precision in Objects > 0 ? Curve(threshold) : [])
        {
            mean.Add(precision);
        }

        return mean.Value;
    }
}
