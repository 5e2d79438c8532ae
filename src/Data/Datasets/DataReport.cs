using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Data.Batches;

namespace PPYolo.Data.Datasets;

/// <summary>What is in a dataset.</summary>
public sealed record DataReport
{
    /// <summary>Where it is.</summary>
    public required DatasetLayout Layout { get; init; }

    /// <summary>Images to work with.</summary>
    public required int Images { get; init; }

    /// <summary>Objects to train on.</summary>
    public required int Objects { get; init; }

    /// <summary>Images that are there but have no objects.</summary>
    public required int ImagesWithoutObjects { get; init; }

    /// <summary>Images with more objects than a batch has rows: the last ones are not trained on.</summary>
    public required int CrowdedImages { get; init; }

    /// <summary>Crowds that were left out.</summary>
    public required int Crowds { get; init; }

    /// <summary>Objects below 32x32 pixels, up to 96x96 and above.</summary>
    public required (int Small, int Medium, int Large) ObjectSizes { get; init; }

    /// <summary>Of the images, in pixels.</summary>
    public required Spread Widths { get; init; }

    /// <summary>Of the images, in pixels.</summary>
    public required Spread Heights { get; init; }

    /// <summary>Of an image.</summary>
    public required Spread ObjectsPerImage { get; init; }

    /// <summary>Every class, in order.</summary>
    public required ImmutableArray<ClassCount> Classes { get; init; }

    /// <summary>The bad records.</summary>
    public required ImmutableArray<DataProblem> Problems { get; init; }

    /// <summary>Images that were decoded, or null where none was tried.</summary>
    public required int? Decoded { get; init; }

    /// <summary>Prints it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="most">How many bad records are printed one by one.</param>
    public void WriteTo(TextWriter writer, int most = 20)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Line($"recognized   {Layout.Recognized}");
        Line($"annotations  {Layout.Annotations}");
        Line($"images       {Layout.Images}");
        Line($"             {Images} images ({ImagesWithoutObjects} without objects), width {Widths}, height {Heights}");
        Line($"             {(Decoded is { } decoded ? $"{decoded} decoded" : "not decoded: only the headers were read")}");
        var (small, medium, large) = (ObjectSizes.Small, ObjectSizes.Medium, ObjectSizes.Large);
        Line($"objects      {Objects}, {ObjectsPerImage} in an image; {small} small, {medium} medium, {large} large");
        const int rows = GeneratedBatches.Rows;
        Line($"             {Crowds} crowds left out; {CrowdedImages} images with more than {rows} objects (only the first {rows} count)");
        Line($"classes      {Classes.Length}");
        var width = Classes.Select(one => one.Name.Length).Append(4).Max();
        foreach (var (one, index) in Classes.Select((one, index) => (one, index)))
        {
            var note = one.Objects == 0 ? "  <- none: the network cannot learn it" : "";
            Line($"  {index, 3}  {one.Name.PadRight(width)}  {one.Objects, 7} objects in {one.Images, 6} images{note}");
        }

        Line($"bad records  {Problems.Length}");
        foreach (var group in Problems.GroupBy(problem => problem.Kind).OrderBy(group => group.Key))
        {
            Line($"  {group.Count(), 7}  {group.Key}");
        }

        foreach (var problem in Problems.Take(most))
        {
            Line($"  {problem}");
        }

        if (Problems.Length > most)
        {
            Line($"  ... and {Problems.Length - most} more");
        }

        void Line(FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
