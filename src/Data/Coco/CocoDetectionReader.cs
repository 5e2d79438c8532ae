using System.Text.Json;
using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Reads COCO result files: an array of detections with <c>image_id</c>, <c>category_id</c>, <c>bbox</c> and <c>score</c>. Everything else
/// in it is skipped; an <c>area</c> too, since a detection's area is that of its box.
/// </summary>
public static class CocoDetectionReader
{
    private const string What = "COCO results [{\"image_id\", \"category_id\", \"bbox\", \"score\"}, ...]";

    private static readonly string[] Members = ["image_id", "category_id", "bbox", "score"];

    /// <summary>Reads the detections in a ground truth's images, in the order of the file. An empty list is one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="truth">
    /// What it will be scored against. A detection in an image that it does not list is an error, as in pycocotools; one of a category that
    /// it does not list is read, and left out by evaluation with a note. </param>
    /// <exception cref="AlignException">
    /// The file cannot be read, is not JSON, a member is missing or not what it should be, or an image is unknown.
    /// </exception>
    public static CocoDetection[] Read(string path, CocoGroundTruth truth)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(truth);
        return CocoJsonFile.Read(path, What, json => Parse(path, json, truth));
    }

    private static CocoDetection[] Parse(string path, ReadOnlySpan<byte> json, CocoGroundTruth truth)
    {
        var detections = new List<CocoDetection>();
        var cursor = new CocoJsonCursor(path, json);
        cursor.Open(JsonTokenType.StartArray, What, "detections");
        while (cursor.NextItem())
        {
            var seen = 0;
            var image = "";
            var detection = default(CocoDetection);
            while (cursor.NextMember(Members, out var member))
            {
                seen |= 1 << member;
                image = member == 0 ? cursor.Written : image;
                detection = member switch
                {
                    0 => detection with { ImageId = cursor.KnownId(truth.Ids) },
                    1 => detection with { CategoryId = cursor.KnownId(truth.Ids) },
                    2 => detection with { Box = cursor.Box() },
                    _ => detection with { Score = cursor.Number() },
                };
            }

            cursor.RequireMembers(Members, seen, Members.Length);
            if (truth.IndexOfImage(detection.ImageId) < 0)
            {
                throw cursor.Error(
                    $"expected the id of one of the ground truth's {truth.ImageIds.Length} images, found image_id {image}; "
                        + $"score the file against "
                        + "the set that it was made on"
                );
            }

            detections.Add(detection);
        }

        cursor.Close();
        return [.. detections];
    }
}
