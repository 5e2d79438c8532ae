using System.Text.Json;
using PPYolo.Align;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Data.Coco;

/// <summary>
/// Writes a result as a JSON object: the twelve stats by their names, then <c>images</c>, <c>annotations</c>, <c>detections</c>,
/// <c>per_category</c> (an array of <c>id</c>, <c>name</c>, <c>average_precision</c>) and <c>notes</c>. Numbers are written so that reading
/// them gives the same double; what is undefined is -1.
/// </summary>
public static class CocoResultFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>
    /// Writes a file, replacing one of that name; whoever reads it meanwhile sees the old one or the new one, never half.
    /// </summary>
    /// <exception cref="AlignException">It cannot be written.</exception>
    public static void Write(string path, CocoResult result)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(result);
        NewFile.Write(path, stream => Write(stream, result));
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    public static void Write(Stream stream, CocoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var writer = new Utf8JsonWriter(stream, Indented);
        writer.WriteStartObject();
        for (var i = 0; i < result.Stats.Length; i++)
        {
            writer.WriteNumber(CocoResult.StatNames[i], result.Stats[i]);
        }

        writer.WriteNumber("images", result.Images);
        writer.WriteNumber("annotations", result.Annotations);
        writer.WriteNumber("detections", result.Detections);
        writer.WriteStartArray("per_category");
        foreach (var category in result.PerCategory)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", category.Category.Id);
            writer.WriteString("name", category.Category.Name);
            writer.WriteNumber("average_precision", category.AveragePrecision);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("notes");
        foreach (var note in result.Notes)
        {
            writer.WriteStringValue(note);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        stream.WriteByte((byte)'\n');
    }
}
