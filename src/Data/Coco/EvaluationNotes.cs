using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>
/// Counts what the reference passes over in silence. It is passed over here too, since the numbers must agree, but a reader is told:
/// detections numbered by class index instead of category id would otherwise look like a bad detector.
/// </summary>
internal sealed class EvaluationNotes
{
    private int outsideImages;
    private int outsideCategories;
    private int unknownCategories;
    private long anUnknownCategory;
    private bool hasIdZero;
    private readonly HashSet<int> withObjects = [];
    private readonly Dictionary<int, int> detections = [];

    /// <summary>Looks at an object; its positions are -1 where it belongs to no listed image or category.</summary>
    public void Look(in CocoAnnotation annotation, int image, int category)
    {
        withObjects.Add(image < 0 ? -1 : category);
        outsideImages += image < 0 ? 1 : 0;
        outsideCategories += image >= 0 && category < 0 ? 1 : 0;
        hasIdZero |= image >= 0 && category >= 0 && annotation.Id == 0;
    }

    /// <summary>Looks at a detection; its position is -1 where its category is not listed.</summary>
    public void Look(in CocoDetection detection, int category)
    {
        if (category < 0)
        {
            unknownCategories++;
            anUnknownCategory = detection.CategoryId;
        }
        else
        {
            detections[category] = detections.GetValueOrDefault(category) + 1;
        }
    }

    /// <summary>One sentence for each thing seen.</summary>
    public ImmutableArray<string> ToImmutable()
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (unknownCategories > 0)
        {
            notes.Add(
                $"{unknownCategories} detections are left out: their category ids, such as {anUnknownCategory}, are not in the ground truth"
            );
        }

        // Looked at only now: objects may be looked at after detections.
        var without = detections.Where(pair => !withObjects.Contains(pair.Key)).ToList();
        if (without.Count > 0)
        {
            notes.Add(
                $"{without.Sum(pair => pair.Value)} detections count for nothing: their {without.Count} categories have no objects in the "
                    + "ground truth"
            );
        }

        if (outsideImages > 0)
        {
            notes.Add($"{outsideImages} annotations are left out: the ground truth does not list their images");
        }

        if (outsideCategories > 0)
        {
            notes.Add($"{outsideCategories} annotations are left out: the ground truth does not list their categories");
        }

        if (hasIdZero)
        {
            notes.Add(
                "the object with annotation id 0 is never counted as found, because pycocotools reads match 0 as none; number "
                    + "annotations from 1"
            );
        }

        return notes.DrainToImmutable();
    }
}
