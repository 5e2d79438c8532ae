using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>Reads a COCO annotation file to score detections by: like <see cref="CocoSetReader"/>, but nothing that counts may be
/// missing.</summary>
public static class CocoGroundTruthReader
{
    /// <summary>
    /// Reads a file. A missing <c>iscrowd</c> is 0 and a missing <c>name</c> the category's id; all other members must be there.
    /// </summary>
    /// <exception cref="AlignException">The file cannot be read, is not JSON, a member is missing or not what it should be, or ids
    /// repeat.</exception>
    public static CocoGroundTruth Read(string path)
    {
        var set = CocoSetReader.Read(path, toScore: true);
        try
        {
            return new(set.Images.Select(image => image.Id), set.Categories, set.Annotations) { Ids = set.Ids };
        }
        catch (AlignException e)
        {
            throw new AlignException($"{path}: annotations: {e.Message}", e);
        }
    }
}
