using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>
/// What the COCO bounding-box challenge measures, as pycocotools (<c>COCOeval</c>, <c>iouType='bbox'</c>) sets it up by default. The
/// numbers are built with the arithmetic of <c>numpy.linspace</c>, because a recall or an overlap may equal one of them exactly.
/// </summary>
public static class CocoProtocol
{
    /// <summary>Overlaps from which a detection matches: ten from 0.50 to 0.95.</summary>
    public static ImmutableArray<double> OverlapThresholds { get; } = Linspace(0.5, 0.95, 10);

    /// <summary>Recalls at which precision is sampled: 101 from 0 to 1.</summary>
    public static ImmutableArray<double> RecallPoints { get; } = Linspace(0, 1, 101);

    /// <summary>Sizes of objects: all, small (to 32 x 32), medium (to 96 x 96), large.</summary>
    public static ImmutableArray<CocoAreaRange> AreaRanges { get; } =
    [new("all", 0, 1e10), new("small", 0, 32 * 32), new("medium", 32 * 32, 96 * 96), new("large", 96 * 96, 1e10)];

    /// <summary>How many of the surest detections count, per image and category: 1, 10, 100.</summary>
    public static ImmutableArray<int> DetectionLimits { get; } = [1, 10, 100];

    /// <summary>The largest of <see cref="DetectionLimits"/>: later detections of an image and category are not looked at.</summary>
    public static int MostDetections => DetectionLimits[^1];

    /// <summary>The index of 0.75 in <see cref="OverlapThresholds"/>; that of 0.50 is 0.</summary>
    internal const int Threshold75 = 5;

    private static ImmutableArray<double> Linspace(double first, double last, int count)
    {
        var step = (last - first) / (count - 1);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = i * step + first;
        }

        values[^1] = last;
        return [.. values];
    }
}
