using System.Globalization;
using PPYolo.Data.Datasets;

namespace PPYolo.Tests.Unit.Data.Layouts;

/// <summary>What tests look at in a dataset, as texts.</summary>
internal static class OpenedSet
{
    /// <summary>"1.jpg: cat 0 0 49 39" and so on: the picture, then class, left, top, right, bottom of each object.</summary>
    public static IEnumerable<string> Lines(this DetectionDataset dataset) =>
        dataset.Images.Select(image =>
            $"{Path.GetRelativePath(dataset.Layout.Images, image.Path)}:"
            + string.Concat(
                image.Objects.Select(one =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $" {dataset.Categories[one.Class].Name} {one.Left} {one.Top} {one.Right} {one.Bottom}"
                    )
                )
            )
        );

    public static IEnumerable<string> Classes(this DetectionDataset dataset) => dataset.Categories.Select(category => category.Name);

    /// <summary>The bad records, without the folder of the dataset.</summary>
    public static IEnumerable<string> Flaws(this DetectionDataset dataset, string folder) =>
        dataset.Log.Problems.Select(problem => $"{problem.Kind} {problem}".Replace(folder + "/", "", StringComparison.Ordinal));
}
