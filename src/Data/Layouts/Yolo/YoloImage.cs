using System.Collections.Immutable;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>An image of a YOLO dataset with what its label file says.</summary>
/// <param name="Path">The image.</param>
/// <param name="Labels">Its label file, or null where it has none and shows background alone.</param>
/// <param name="Width">In pixels; 0 where it cannot be read.</param>
/// <param name="Height">In pixels; 0 where it cannot be read.</param>
/// <param name="Objects">Classes from 0, boxes in pixels, and lines from 1.</param>
/// <param name="Flaws">The lines that cannot be read, from 1.</param>
/// <param name="Problem">Why the label file cannot be read at all, or null.</param>
internal sealed record YoloImage(
    string Path,
    string? Labels,
    int Width,
    int Height,
    ImmutableArray<(int Class, CocoBox Box, int Line)> Objects,
    ImmutableArray<(int Line, string Detail)> Flaws,
    string? Problem
)
{
    /// <summary>Reads the header of an image and its label file.</summary>
    public static YoloImage Read(string image, string? labels, bool isPose)
    {
        var (width, height) = SizeOf(image);
        var objects = ImmutableArray.CreateBuilder<(int, CocoBox, int)>();
        var flaws = ImmutableArray.CreateBuilder<(int, string)>();
        string? problem = null;
        string[] lines = [];
        try
        {
            lines = labels is null ? [] : TextFile.Lines(labels, "labels");
        }
        catch (Align.AlignException e)
        {
            problem = e.Message;
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            if (YoloLine.Parse(lines[i], isPose, out var line) is { } flaw)
            {
                flaws.Add((i + 1, flaw));
            }
            else
            {
                objects.Add((line.Class, line.In(width, height), i + 1));
            }
        }

        return new(image, labels, width, height, objects.DrainToImmutable(), flaws.DrainToImmutable(), problem);
    }

    private static (int Width, int Height) SizeOf(string image)
    {
        var header = ImageFile.ReadHeader(image, out var problem);
        if (problem is not null || header.Width > 0)
        {
            return (header.Width, header.Height);
        }

        // Formats whose header is not read here.
        OpenCv.Require();
        var bytes = ImageFile.Read(image, out problem);
        using var decoded = problem is null ? OpenCv.Decode(bytes, turned: true, out problem) : null;
        return decoded is null ? (0, 0) : (decoded.Width, decoded.Height);
    }
}
