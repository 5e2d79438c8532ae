namespace PPYolo.Data.Coco;

/// <summary>How often objects of each category were found as one of each; the last row and column are the background.</summary>
internal sealed class ConfusionMatrix
{
    private readonly int[,] counts;

    /// <summary>Counts findings.</summary>
    public ConfusionMatrix(CocoGroundTruth truth, IEnumerable<ImageFindings> images)
    {
        Background = truth.Categories.Length;
        counts = new int[Background + 1, Background + 1];
        foreach (var (one, found) in images.SelectMany(image => image.Findings))
        {
            counts[
                one is { } annotation ? truth.IndexOfCategory(annotation.CategoryId) : Background,
                found is { } detection ? truth.IndexOfCategory(detection.CategoryId) : Background
            ]++;
        }
    }

    /// <summary>The row of detections that found nothing, and the column of objects that were missed.</summary>
    public int Background { get; }

    /// <summary>The number of objects of one category that were found as another.</summary>
    public int this[int annotated, int found] => counts[annotated, found];

    /// <summary>The objects of a category; of the background, the detections that found nothing.</summary>
    public int Annotated(int category) => Enumerable.Range(0, Background + 1).Sum(found => counts[category, found]);

    /// <summary>The detections of a category; of the background, the objects that were missed.</summary>
    public int Found(int category) => Enumerable.Range(0, Background + 1).Sum(annotated => counts[annotated, category]);
}
