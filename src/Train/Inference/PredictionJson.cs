using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PPYolo.Align.Json;
using PPYolo.Data.Coco;

namespace PPYolo.Train.Inference;

/// <summary>
/// Writes predictions as COCO results, an array of <c>image_id</c>, <c>category_id</c>, <c>bbox</c> (left, top, width, height) and
/// <c>score</c>, with <c>file_name</c> and <c>category_name</c> besides. Images are numbered from 1 in the order given.
/// </summary>
public static class PredictionJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes a file; it is whole or not there.</summary>
    public static void Write(string path, IReadOnlyList<ImagePrediction> predictions, ImmutableArray<CocoCategory> categories)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartArray();
            for (var image = 0; image < predictions.Count; image++)
            {
                foreach (var found in predictions[image].Objects)
                {
                    var box = DatasetEvaluation.BoxOf(found);
                    Write(
                        writer,
                        new(image + 1, categories[found.Label].Id, box, found.Score),
                        Path.GetFileName(predictions[image].File),
                        categories[found.Label].Name
                    );
                }
            }

            writer.WriteEndArray();
        }

        AtomicText.Write(path, Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter writer, in CocoDetection detection, string file, string category)
    {
        writer.WriteStartObject();
        writer.WriteNumber("image_id", detection.ImageId);
        writer.WriteString("file_name", file);
        writer.WriteNumber("category_id", detection.CategoryId);
        writer.WriteString("category_name", category);
        writer.WriteStartArray("bbox");
        writer.WriteNumberValue(detection.Box.X);
        writer.WriteNumberValue(detection.Box.Y);
        writer.WriteNumberValue(detection.Box.Width);
        writer.WriteNumberValue(detection.Box.Height);
        writer.WriteEndArray();
        writer.WriteNumber("score", detection.Score);
        writer.WriteEndObject();
    }
}
