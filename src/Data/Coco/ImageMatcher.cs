using System.Runtime.InteropServices;

namespace PPYolo.Data.Coco;

/// <summary>
/// Assigns the detections of one category in one image to its objects. The surest detection chooses first and takes the object it overlaps
/// most (of equals the later one); an object is taken once, a crowd any number of times. Objects that need not be found (crowds, other
/// sizes) are taken only by detections that reach no other. One matcher serves all images, one after the other.
/// </summary>
internal sealed class ImageMatcher
{
    private const int Nothing = -1;

    private readonly List<CocoAnnotation> truths = [];
    private readonly List<CocoDetection> detections = [];

    // The objects that a detection reaches at the lowest threshold: the few pairs that matter among all, at every threshold and size.
    private readonly List<(int Truth, double Overlap)> reached = [];
    private readonly List<int> reachedFrom = [];
    private readonly List<bool> taken = [];
    private readonly List<bool> optional = [];

    /// <summary>Forgets the last image.</summary>
    public void Clear()
    {
        truths.Clear();
        detections.Clear();
    }

    /// <summary>Adds an object, in the order of the file.</summary>
    public void AddTruth(in CocoAnnotation truth) => truths.Add(truth);

    /// <summary>Adds a detection, in the order of falling scores.</summary>
    public void AddDetection(in CocoDetection detection) => detections.Add(detection);

    /// <summary>Matches what was added and appends what became of each detection to the category's outcomes.</summary>
    public void Match(CategoryOutcomes outcomes)
    {
        FindReached();
        var first = outcomes.Count;
        for (var rank = 0; rank < detections.Count; rank++)
        {
            outcomes.Add(detections[rank].Score, rank);
        }

        for (var area = 0; area < CocoProtocol.AreaRanges.Length; area++)
        {
            outcomes.Wanted[area] += MarkOptional(CocoProtocol.AreaRanges[area]);
            for (var threshold = 0; threshold < CocoProtocol.OverlapThresholds.Length; threshold++)
            {
                Match(CocoProtocol.AreaRanges[area], CocoProtocol.OverlapThresholds[threshold], outcomes.At(area, threshold)[first..]);
            }
        }
    }

    private void FindReached()
    {
        reached.Clear();
        reachedFrom.Clear();
        foreach (var detection in detections)
        {
            reachedFrom.Add(reached.Count);
            for (var truth = 0; truth < truths.Count; truth++)
            {
                var overlap = detection.Box.OverlapWith(truths[truth].Box, truths[truth].IsCrowd);

                if (overlap >= CocoProtocol.OverlapThresholds[0])
                {
                    reached.Add((truth, overlap));
                }
            }
        }

        reachedFrom.Add(reached.Count);
    }

    private int MarkOptional(CocoAreaRange range)
    {
        optional.Clear();
        var wanted = 0;
        foreach (var truth in truths)
        {
            var isOptional = truth.IsCrowd || !range.Contains(truth.Area);
            optional.Add(isOptional);
            wanted += isOptional ? 0 : 1;
        }

        return wanted;
    }

    private void Match(CocoAreaRange range, double threshold, Span<DetectionOutcome> outcomes)
    {
        CollectionsMarshal.SetCount(taken, truths.Count);
        CollectionsMarshal.AsSpan(taken).Clear();
        for (var i = 0; i < detections.Count; i++)
        {
            var choice = Choose(i, threshold, ofOptional: false);
            if (choice == Nothing)
            {
                choice = Choose(i, threshold, ofOptional: true);
            }

            if (choice != Nothing)
            {
                taken[choice] = true;
            }

            // The reference notes a match by the object's id, and reads 0 as none (see CocoAnnotation.Id).
            var counts = choice != Nothing && truths[choice].Id != 0;
            outcomes[i] =
                (choice != Nothing && optional[choice]) || (!counts && !range.Contains(detections[i].Box.Area)) ? DetectionOutcome.Ignored
                : counts ? DetectionOutcome.Right
                : DetectionOutcome.Wrong;
        }
    }

    private int Choose(int detection, double threshold, bool ofOptional)
    {
        var choice = Nothing;
        var best = threshold;
        for (var i = reachedFrom[detection]; i < reachedFrom[detection + 1]; i++)
        {
            var (truth, overlap) = reached[i];
            if (optional[truth] == ofOptional && (!taken[truth] || truths[truth].IsCrowd) && overlap >= best)
            {
                best = overlap;
                choice = truth;
            }
        }

        return choice;
    }
}
