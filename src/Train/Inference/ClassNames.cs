using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Layouts;

namespace PPYolo.Train.Inference;

/// <summary>What the classes of a network are called.</summary>
public static class ClassNames
{
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
                    classes == VocClasses.All.Length
                        ? VocClasses.All
                        : [.. Enumerable.Range(1, classes).Select(id => string.Create(CultureInfo.InvariantCulture, $"class {id}"))]
                )
            : Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase) ? CocoSetReader.Read(file).Categories
            : Numbered(ClassFile.Read(file));
        return categories.Length == classes
            ? categories
            : throw new AlignException($"{file}: expected names of {classes} classes, the network's, found {categories.Length}");
    }

    private static ImmutableArray<CocoCategory> Numbered(IEnumerable<string> names) =>
        [.. names.Select((name, index) => new CocoCategory(index + 1, name))];
}
