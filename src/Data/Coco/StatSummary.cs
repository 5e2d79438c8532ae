using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PPYolo.Data.Coco;

/// <summary>
/// Collects the twelve stats category by category. A category takes part in a stat only where it has an object to find in that range of
/// sizes.
/// </summary>
internal sealed class StatSummary
{
    private const int AllSizes = 0;

    private readonly DefinedMean[] precision = new DefinedMean[CocoProtocol.AreaRanges.Length];
    private readonly DefinedMean[] recall = new DefinedMean[CocoProtocol.AreaRanges.Length];
    private readonly DefinedMean[] recallOfFew = new DefinedMean[CocoProtocol.DetectionLimits.Length - 1];
    private DefinedMean precision50;
    private DefinedMean precision75;

    /// <summary>Takes a category in.</summary>
    /// <returns>The category's result.</returns>
    public CocoCategoryResult Add(CocoCategory category, CategoryOutcomes outcomes)
    {
        var order = outcomes.ByScore();
        var scratch = new double[outcomes.Count];
        var points = CocoProtocol.RecallPoints.Length;
        var ofSize = new double[points];
        var curves = new double[outcomes.Wanted[AllSizes] > 0 ? CocoProtocol.OverlapThresholds.Length * points : 0];
        var ofCategory = default(DefinedMean);
        for (var area = 0; area < CocoProtocol.AreaRanges.Length; area++)
        {
            var wanted = outcomes.Wanted[area];
            for (var threshold = 0; wanted > 0 && threshold < CocoProtocol.OverlapThresholds.Length; threshold++)
            {
                var ofDetections = outcomes.At(area, threshold);
                var curve = area == AllSizes ? curves.AsSpan(threshold * points, points) : ofSize;
                var mean = PrecisionCurve.MeanPrecision(ofDetections, order, wanted, scratch, curve);
                precision[area].Add(mean);
                recall[area].Add(PrecisionCurve.Recall(ofDetections, outcomes.Ranks, CocoProtocol.MostDetections, wanted));
                if (area == AllSizes)
                {
                    ofCategory.Add(mean);
                    AddAllSizes(threshold, mean, ofDetections, outcomes.Ranks, wanted);
                }
            }
        }

        return new(category, ofCategory.Value)
        {
            Objects = outcomes.Wanted[AllSizes],
            Precisions = ImmutableCollectionsMarshal.AsImmutableArray(curves),
        };
    }

    /// <summary>The stats in the order of <see cref="CocoResult.StatNames"/>.</summary>
    public ImmutableArray<double> Stats() =>
        [
            precision[AllSizes].Value,
            precision50.Value,
            precision75.Value,
            precision[1].Value,
            precision[2].Value,
            precision[3].Value,
            recallOfFew[0].Value,
            recallOfFew[1].Value,
            recall[AllSizes].Value,
            recall[1].Value,
            recall[2].Value,
            recall[3].Value,
        ];

    private void AddAllSizes(int threshold, double mean, ReadOnlySpan<DetectionOutcome> outcomes, ReadOnlySpan<byte> ranks, int wanted)
    {
        if (threshold == 0)
        {
            precision50.Add(mean);
        }
        else if (threshold == CocoProtocol.Threshold75)
        {
            precision75.Add(mean);
        }

        for (var i = 0; i < recallOfFew.Length; i++)
        {
            recallOfFew[i].Add(PrecisionCurve.Recall(outcomes, ranks, CocoProtocol.DetectionLimits[i], wanted));
        }
    }
}
