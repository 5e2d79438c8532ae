using System.Collections.Immutable;

namespace PPYolo.Data.Coco;

/// <summary>What an annotation file says, before anything is checked or left out.</summary>
/// <param name="Path">The file.</param>
/// <param name="Images">In the order of the file.</param>
/// <param name="Categories">In the order of the file.</param>
/// <param name="Annotations">In the order of the file; an object whose area is not given has its box's.</param>
public sealed record CocoSet(
    string Path,
    ImmutableArray<CocoImage> Images,
    ImmutableArray<CocoCategory> Categories,
    ImmutableArray<CocoAnnotation> Annotations
)
{
    /// <summary>Says where the object of an id is written; null where the objects are in one COCO file.</summary>
    public Func<long, AnnotationPlace>? Places { get; init; }

    /// <summary>The records that are none of these, since something in them is not what it should be.</summary>
    public ImmutableArray<CocoProblem> Problems { get; init; } = [];

    /// <summary>The numbers of ids that are texts.</summary>
    internal CocoIds Ids { get; init; } = new();
}
