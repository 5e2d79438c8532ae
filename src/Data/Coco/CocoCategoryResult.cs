namespace PPYolo.Data.Coco;

/// <summary>How well one category is detected.</summary>
/// <param name="Category">The category.</param>
/// <param name="AveragePrecision">
/// Mean precision over the ten overlap thresholds and the 101 recalls, all sizes, 100 detections; -1 where no object of the category needs
/// to be found. </param>
public sealed record CocoCategoryResult(CocoCategory Category, double AveragePrecision);
