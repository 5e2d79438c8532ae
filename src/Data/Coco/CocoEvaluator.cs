using System.Collections.Immutable;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Scores detections against a ground truth: the COCO bounding-box metrics as pycocotools defines them, to the last rule on ties. Written
/// from those definitions; compared with pycocotools' results by the tests.
/// </summary>
public static class CocoEvaluator
{
    /// <summary>Computes the metrics.</summary>
    /// <param name="truth">What there is to find.</param>
    /// <param name="detections">
    /// What was reported, in any order; where scores are equal, the lower image id comes first and within an image the given order decides.
    /// May be empty. </param>
    /// <exception cref="AlignException">A detection is in an image that the ground truth does not list, or its score is not a
    /// number.</exception>
    public static CocoResult Evaluate(CocoGroundTruth truth, ReadOnlySpan<CocoDetection> detections)
    {
        ArgumentNullException.ThrowIfNull(truth);
        var notes = new EvaluationNotes();
        var truthGroups = GroupTruth(truth, notes);
        var detectionGroups = GroupDetections(truth, detections, notes);

        var summary = new StatSummary();
        var matcher = new ImageMatcher();
        var perCategory = ImmutableArray.CreateBuilder<CocoCategoryResult>(truth.Categories.Length);
        for (var category = 0; category < truth.Categories.Length; category++)
        {
            var outcomes = new CategoryOutcomes(detectionGroups.Of(category).Length);
            MatchImages(truth.Annotations.AsSpan(), truthGroups.Of(category), detections, detectionGroups.Of(category), matcher, outcomes);
            perCategory.Add(summary.Add(truth.Categories[category], outcomes));
        }

        return new CocoResult(summary.Stats())
        {
            PerCategory = perCategory.MoveToImmutable(),
            Images = truth.ImageIds.Length,
            Annotations = truthGroups.Count,
            Detections = detectionGroups.Count,
            Notes = notes.ToImmutable(),
        };
    }

    private static CategoryGroups GroupTruth(CocoGroundTruth truth, EvaluationNotes notes)
    {
        var groups = new CategoryGroups(truth.Categories.Length, truth.Annotations.Length);
        for (var i = 0; i < truth.Annotations.Length; i++)
        {
            ref readonly var annotation = ref truth.Annotations.ItemRef(i);
            var image = truth.IndexOfImage(annotation.ImageId);
            var category = truth.IndexOfCategory(annotation.CategoryId);
            notes.Look(annotation, image, category);
            if (image >= 0 && category >= 0)
            {
                // Equal scores leave objects in the order of their file.
                groups.Add(category, new(image, 0, i));
            }
        }

        groups.Sort();
        return groups;
    }

    private static CategoryGroups GroupDetections(CocoGroundTruth truth, ReadOnlySpan<CocoDetection> detections, EvaluationNotes notes)
    {
        var groups = new CategoryGroups(truth.Categories.Length, detections.Length);
        for (var i = 0; i < detections.Length; i++)
        {
            ref readonly var detection = ref detections[i];
            var image = truth.IndexOfImage(detection.ImageId);
            if (image < 0 || double.IsNaN(detection.Score))
            {
                throw new AlignException(
                    image < 0
                        ? $"detection {i} is in image {detection.ImageId}, which the ground truth does not list; score it against the "
                            + $"set it was made on"
                        : $"the score of detection {i} is not a number; drop such rows before they are scored"
                );
            }

            var category = truth.IndexOfCategory(detection.CategoryId);
            notes.Look(detection, category);
            if (category >= 0)
            {
                groups.Add(category, new(image, detection.Score, i));
            }
        }

        groups.Sort();
        return groups;
    }

    private static void MatchImages(
        ReadOnlySpan<CocoAnnotation> annotations,
        ReadOnlySpan<RankedItem> truths,
        ReadOnlySpan<CocoDetection> detections,
        ReadOnlySpan<RankedItem> found,
        ImageMatcher matcher,
        CategoryOutcomes outcomes
    )
    {
        // Both lists ascend by image: walk them side by side.
        while (!truths.IsEmpty || !found.IsEmpty)
        {
            var image =
                truths.IsEmpty ? found[0].Image
                : found.IsEmpty ? truths[0].Image
                : Math.Min(truths[0].Image, found[0].Image);
            var truthCount = LeadingOf(image, truths);
            var foundCount = LeadingOf(image, found);
            matcher.Clear();
            foreach (var item in truths[..truthCount])
            {
                matcher.AddTruth(annotations[item.Index]);
            }

            foreach (var item in found[..Math.Min(foundCount, CocoProtocol.MostDetections)])
            {
                matcher.AddDetection(detections[item.Index]);
            }

            matcher.Match(outcomes);
            truths = truths[truthCount..];
            found = found[foundCount..];
        }
    }

    private static int LeadingOf(int image, ReadOnlySpan<RankedItem> items)
    {
        var count = 0;
        while (count < items.Length && items[count].Image == image)
        {
            count++;
        }

        return count;
    }
}
