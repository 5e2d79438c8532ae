namespace PPYolo.Data.Coco;

/// <summary>One object of the ground truth.</summary>
/// <param name="Id">
/// The annotation's number, unique in its set. pycocotools marks a detection as unmatched with 0, so that the object numbered 0 is never
/// counted as found; evaluation does the same and says so in <see cref="CocoResult.Notes"/>. </param>
/// <param name="ImageId">The image it is in.</param>
/// <param name="CategoryId">Its category.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Area">Square pixels of the object, which in COCO are those of its outline and not of its box; decides on small, medium and
/// large.</param>
/// <param name="IsCrowd">Whether the box surrounds a crowd: it absorbs any number of detections and need not be found.</param>
public readonly record struct CocoAnnotation(long Id, long ImageId, long CategoryId, CocoBox Box, double Area, bool IsCrowd);
