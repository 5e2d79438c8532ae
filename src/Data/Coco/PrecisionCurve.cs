namespace PPYolo.Data.Coco;

/// <summary>Precision over recall, as COCO samples it.</summary>
internal static class PrecisionCurve
{
    // What the reference adds to a count that may be 0: the distance from 1 to the next double.
    private static readonly double Spacing = Math.BitIncrement(1.0) - 1.0;

    /// <summary>
    /// The mean over the recall points of the best precision at that recall or a higher one; recalls that are never reached contribute 0.
    /// </summary>
    /// <param name="outcomes">What became of each detection.</param>
    /// <param name="order">The detections by falling score.</param>
    /// <param name="wanted">The number of objects to find, above 0.</param>
    /// <param name="scratch">Room for one number per detection.</param>
    /// <param name="curve">Receives the precision at each recall point.</param>
    public static double MeanPrecision(
        ReadOnlySpan<DetectionOutcome> outcomes,
        ReadOnlySpan<int> order,
        int wanted,
        Span<double> scratch,
        Span<double> curve
    )
    {
        // Between two right detections precision only falls and recall stays: the points at right detections make up the curve.
        var right = 0;
        var wrong = 0;
        foreach (var detection in order)
        {
            switch (outcomes[detection])
            {
                case DetectionOutcome.Right:
                    right++;
                    scratch[right - 1] = right / (wrong + right + Spacing);
                    break;
                case DetectionOutcome.Wrong:
                    wrong++;
                    break;
            }
        }

        var precisions = scratch[..right];
        for (var i = right - 1; i > 0; i--)
        {
            precisions[i - 1] = Math.Max(precisions[i - 1], precisions[i]);
        }

        // The first point of enough recall. The quotient is compared, as the reference does, and not the product with its other rounding.
        var sum = 0.0;
        var found = 0;
        for (var point = 0; point < CocoProtocol.RecallPoints.Length; point++)
        {
            while (found < right && (found + 1) / (double)wanted < CocoProtocol.RecallPoints[point])
            {
                found++;
            }

            curve[point] = found < right ? precisions[found] : 0;
            sum += curve[point];
        }

        return sum / CocoProtocol.RecallPoints.Length;
    }

    /// <summary>The share of objects found by the surest detections of each image.</summary>
    /// <param name="outcomes">What became of each detection.</param>
    /// <param name="ranks">The place of each detection in its image, from 0.</param>
    /// <param name="limit">How many detections of an image count.</param>
    /// <param name="wanted">The number of objects to find, above 0.</param>
    public static double Recall(ReadOnlySpan<DetectionOutcome> outcomes, ReadOnlySpan<byte> ranks, int limit, int wanted)
    {
        var right = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            right += outcomes[i] == DetectionOutcome.Right && ranks[i] < limit ? 1 : 0;
        }

        return right / (double)wanted;
    }
}
