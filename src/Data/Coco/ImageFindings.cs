using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>
/// Which objects of an image were found, and as what. First every detection, the surest one before the others, takes the free object of its
/// own category that it overlaps most, as COCO matches at an overlap of 0.5; one that has none but lies in a crowd of its category counts
/// for nothing. Then the detections that are left take what is left of other categories in the same way. Of the rest, objects are missed,
/// and detections found nothing.
/// </summary>
/// <param name="Image">The image's id.</param>
/// <param name="Findings">Each object that is no crowd, and each detection that is left.</param>
internal sealed record ImageFindings(long Image, ImmutableArray<ObjectFinding> Findings)
{
    /// <summary>The overlap from which a detection is that of an object.</summary>
    public static double Overlap => CocoProtocol.OverlapThresholds[0];

    /// <summary>The objects that were not found as what they are.</summary>
    public int Missed => Findings.Count(finding => finding.Missed);

    /// <summary>The detections that are not what they say.</summary>
    public int False => Findings.Count(finding => finding.False);

    /// <summary>What came of all objects and detections, image by image in ascending order of their ids.</summary>
    /// <param name="truth">What there is to find.</param>
    /// <param name="detections">What was reported; of each image and category the surest hundred count.</param>
    /// <param name="threshold">The least score of a detection that counts.</param>
    public static ImmutableArray<ImageFindings> Of(CocoGroundTruth truth, IReadOnlyList<CocoDetection> detections, double threshold)
    {
        var objects = truth.Annotations.Where(one => truth.IndexOfCategory(one.CategoryId) >= 0).ToLookup(one => one.ImageId);
        var found = detections
            .Where(one => one.Score >= threshold && truth.IndexOfCategory(one.CategoryId) >= 0)
            .GroupBy(one => (one.ImageId, one.CategoryId))
            .SelectMany(group => group.OrderByDescending(one => one.Score).Take(CocoProtocol.MostDetections))
            .ToLookup(one => one.ImageId);
        return [.. truth.ImageIds.Select(image => new ImageFindings(image, Match([.. objects[image]], [.. found[image]])))];
    }

    private static ImmutableArray<ObjectFinding> Match(CocoAnnotation[] objects, CocoDetection[] detections)
    {
        var takenBy = new CocoDetection?[objects.Length];
        var left = new List<CocoDetection>();
        foreach (var detection in detections.OrderByDescending(one => one.Score))
        {
            if (Choose(detection, one => one.CategoryId == detection.CategoryId) is { } choice)
            {
                takenBy[choice] = detection;
            }
            else if (
                !objects.Any(one =>
                    one.IsCrowd && one.CategoryId == detection.CategoryId && detection.Box.OverlapWith(one.Box, isCrowd: true) >= Overlap
                )
            )
            {
                left.Add(detection);
            }
        }

        var nothing = new List<CocoDetection>();
        foreach (var detection in left)
        {
            if (Choose(detection, _ => true) is { } choice)
            {
                takenBy[choice] = detection;
            }
            else
            {
                nothing.Add(detection);
            }
        }

        return
        [
            .. objects
                .Select((one, i) => (one, i))
                .Where(pair => !pair.one.IsCrowd)
                .Select(pair => new ObjectFinding(pair.one, takenBy[pair.i])),
            .. nothing.Select(detection => new ObjectFinding(null, detection)),
        ];

        int? Choose(CocoDetection detection, Func<CocoAnnotation, bool> of)
        {
            int? choice = null;
            var best = Overlap;
            for (var i = 0; i < objects.Length; i++)
            {
                if (!objects[i].IsCrowd && takenBy[i] is null && of(objects[i]))
                {
                    var overlap = detection.Box.OverlapWith(objects[i].Box, isCrowd: false);
                    if (overlap >= best)
                    {
                        (best, choice) = (overlap, i);
                    }
                }
            }

            return choice;
        }
    }
}
