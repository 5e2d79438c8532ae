namespace PPYolo.Data.Coco;

/// <summary>Where an object is written that is in no COCO file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
public readonly record struct AnnotationPlace(string File, int Line);
