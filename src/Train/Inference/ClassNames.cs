using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Train.Inference;

/// <summary>What the classes of a network are called.</summary>
public static class ClassNames
{
    /// <summary>The 20 classes of PASCAL VOC in the order of their names, which is that of the usual COCO versions of the set.</summary>
    public static ImmutableArray<string> Voc { get; } =
    [
        "aeroplane",
        "bicycle",
        "bird",
        "boat",
        "bottle",
        "bus",
        "car",
        "cat",
        "chair",
        "cow",
        "diningtable",
        "dog",
        "horse",
        "motorbike",
        "person",
        "pottedplant",
        "sheep",
        "sofa",
        "train",
        "tvmonitor",
    ];

    /// <summary>The categories of a network: those of a file, else the VOC classes where there are 20, else "class 1" and so on.</summary>
    /// <param name="classes">The network's classes.</param>
    /// <param name="file">A COCO annotation file (.json), or a text file with a name on each line, or null.</param>
    /// <returns>For each class its category; ids count from 1 where the file gives none.</returns>
    /// <exception cref="AlignException">The file cannot be read, or has another number of names.</exception>
    public static ImmutableArray<CocoCategory> Of(int classes, string? file)
    {
        var categories =
            file is null
                ? Numbered(
                    classes == Voc.Length
                        ? Voc
                        : [.. Enumerable.Range(1, classes).Select(id => string.Create(CultureInfo.InvariantCulture, $"class {id}"))]
                )
            : Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase) ? CocoSetReader.Read(file).Categories
            : Numbered(Lines(file));
        return categories.Length == classes
            ? categories
            : throw new AlignException($"{file}: expected names of {classes} classes, the network's, found {categories.Length}");
    }

    private static ImmutableArray<CocoCategory> Numbered(IEnumerable<string> names) =>
        [.. names.Select((name, index) => new CocoCategory(index + 1, name))];

    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AlignException($"{file}: expected a text file with a class name on each line: {e.Message}", e);
        }
    }
}
