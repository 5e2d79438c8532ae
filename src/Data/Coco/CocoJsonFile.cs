using System.Globalization;
using System.Text.Json;
using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Data.Coco;

/// <summary>Opens COCO files and says what is wrong with those that are not JSON at all.</summary>
internal static class CocoJsonFile
{
    /// <summary>Makes something of a file's content.</summary>
    public delegate T Parser<out T>(ReadOnlySpan<byte> json);

    /// <summary>Reads a file into memory and parses it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for messages.</param>
    /// <param name="parser">Makes something of it; may throw what <see cref="Utf8JsonReader"/> throws.</param>
    /// <exception cref="AlignException">It cannot be read or is not JSON, or the parser says so.</exception>
    public static T Read<T>(string path, string what, Parser<T> parser)
    {
        try
        {
            ReadOnlySpan<byte> bytes = InputFile.ReadBytes(path, Array.MaxLength);
            return parser(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        }
        catch (JsonException e)
        {
            throw Malformed(path, what, e);
        }
        catch (InvalidOperationException e)
        {
            // Only texts can be malformed in a way that the reader finds out late.
            throw new AlignException(
                $"{path}: expected {what} as JSON in UTF-8, found a text that is not Unicode: {e.Message} Export the file again",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AlignException($"{path}: expected a JSON file of {what}, but it cannot be read: {e.Message} Check the path", e);
        }
    }

    private static AlignException Malformed(string path, string what, JsonException e)
    {
        // The message ends in the position, counted from 0; people and editors count lines from 1.
        var reason = e.Message.Split(" LineNumber:")[0];
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: expected a JSON file of {what}, but in line {e.LineNumber + 1} at byte {e.BytePositionInLine + 1} it stops "
                    + $"being JSON: {reason} "
            ) + "Export it again; NaN and Infinity are not JSON",
            e
        );
    }
}
