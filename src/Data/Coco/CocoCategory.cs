namespace PPYolo.Data.Coco;

/// <summary>A kind of object.</summary>
/// <param name="Id">Its number in the annotation file.</param>
/// <param name="Name">Its name; the number where the file gives none.</param>
public sealed record CocoCategory(long Id, string Name);
