using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

/// <summary>A hand-made ground truth with its detections.</summary>
internal sealed class CocoScene
{
    private readonly List<CocoAnnotation> annotations = [];
    private readonly List<CocoDetection> detections = [];

    public long[] Images { get; init; } = [1];

    public CocoCategory[] Categories { get; init; } = [new(1, "cat")];

    public CocoScene Object(CocoBox box, long image = 1, long category = 1, double? area = null, bool crowd = false, long? id = null)
    {
        annotations.Add(new(id ?? annotations.Count + 1, image, category, box, area ?? box.Area, crowd));
        return this;
    }

    public CocoScene Found(CocoBox box, double score = 0.9, long image = 1, long category = 1)
    {
        detections.Add(new(image, category, box, score));
        return this;
    }

    public CocoResult Score() => CocoEvaluator.Evaluate(new(Images, Categories, annotations), detections.ToArray());
}
