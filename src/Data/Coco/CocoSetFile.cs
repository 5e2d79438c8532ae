using System.Text.Json;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Data.Coco;

/// <summary>Writes COCO annotation files.</summary>
public static class CocoSetFile
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        IndentSize = 1,
        NewLine = "\n",
    };

    /// <summary>
    /// Writes a file, replacing one of that name; whoever reads it meanwhile sees the old one or the new one, never half. Numbers are
    /// written so that reading them gives the same double.
    /// </summary>
    /// <exception cref="PPYolo.Align.AlignException">It cannot be written.</exception>
    public static void Write(string path, CocoSet set)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(set);
        NewFile.Write(
            path,
            stream =>
            {
                using var writer = new Utf8JsonWriter(stream, Indented);
                Write(writer, set);
            }
        );
    }

    private static void Write(Utf8JsonWriter writer, CocoSet set)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        foreach (var image in set.Images)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", image.Id);
            writer.WriteString("file_name", image.FileName);
            writer.WriteNumber("width", image.Width);
            writer.WriteNumber("height", image.Height);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("annotations");
        foreach (var annotation in set.Annotations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", annotation.Id);
            writer.WriteNumber("image_id", annotation.ImageId);
            writer.WriteNumber("category_id", annotation.CategoryId);
            writer.WriteStartArray("bbox");
            writer.WriteNumberValue(annotation.Box.X);
            writer.WriteNumberValue(annotation.Box.Y);
            writer.WriteNumberValue(annotation.Box.Width);
            writer.WriteNumberValue(annotation.Box.Height);
            writer.WriteEndArray();
            writer.WriteNumber("area", annotation.Area);
            writer.WriteNumber("iscrowd", annotation.IsCrowd ? 1 : 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("categories");
        foreach (var category in set.Categories)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", category.Id);
            writer.WriteString("name", category.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
    }
}
