using System.Collections.Immutable;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// What there is to find: the images looked at, the categories and the annotated objects. Ids may be any whole numbers in any order.
/// Objects of images or categories that are not listed do not take part, as in pycocotools; <see cref="CocoResult.Notes"/> counts them.
/// </summary>
public sealed class CocoGroundTruth
{
    private readonly Dictionary<long, int> imageIndex;
    private readonly Dictionary<long, int> categoryIndex;

    /// <summary>Puts a ground truth together.</summary>
    /// <param name="imageIds">The images; an id given twice counts once.</param>
    /// <param name="categories">The categories; of an id given twice the last one counts.</param>
    /// <param name="annotations">The objects, in the order of their file: where overlaps are equal, the order decides.</param>
    /// <exception cref="AlignException">Two annotations have the same id.</exception>
    public CocoGroundTruth(IEnumerable<long> imageIds, IEnumerable<CocoCategory> categories, IEnumerable<CocoAnnotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(imageIds);
        ArgumentNullException.ThrowIfNull(categories);
        ArgumentNullException.ThrowIfNull(annotations);

        ImageIds = [.. imageIds.Distinct(SeededIds.Instance).Order()];
        imageIndex = new(ImageIds.Length, SeededIds.Instance);
        for (var i = 0; i < ImageIds.Length; i++)
        {
            imageIndex.Add(ImageIds[i], i);
        }

        var byId = new SortedDictionary<long, CocoCategory>();
        foreach (var category in categories)
        {
            byId[category.Id] = category;
        }

        Categories = [.. byId.Values];
        categoryIndex = new(Categories.Length, SeededIds.Instance);
        for (var i = 0; i < Categories.Length; i++)
        {
            categoryIndex.Add(Categories[i].Id, i);
        }

        Annotations = [.. annotations];
        var seen = new HashSet<long>(Annotations.Length, SeededIds.Instance);
        foreach (ref readonly var annotation in Annotations.AsSpan())
        {
            if (!seen.Add(annotation.Id))
            {
                throw new AlignException(
                    $"expected every annotation to have an id of its own, found id {annotation.Id} twice; number the annotations anew, "
                        + $"from 1"
                );
            }
        }
    }

    /// <summary>The numbers of ids that are texts in its file.</summary>
    internal CocoIds Ids { get; init; } = new();

    /// <summary>The images in ascending order of their ids.</summary>
    public ImmutableArray<long> ImageIds { get; }

    /// <summary>The categories in ascending order of their ids.</summary>
    public ImmutableArray<CocoCategory> Categories { get; }

    /// <summary>The objects in the order given.</summary>
    public ImmutableArray<CocoAnnotation> Annotations { get; }

    /// <summary>The position of an image in <see cref="ImageIds"/>, or -1.</summary>
    public int IndexOfImage(long id) => imageIndex.GetValueOrDefault(id, -1);

    /// <summary>The position of a category in <see cref="Categories"/>, or -1.</summary>
    public int IndexOfCategory(long id) => categoryIndex.GetValueOrDefault(id, -1);
}
