using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Data.Coco;

// Longer than others: one pass over a dataset, which decides once for each record whether it stays.
namespace PPYolo.Data.Datasets;

/// <summary>
/// Makes the images and objects to work with of what an annotation file says, and notes every record that is left out or changed.
/// </summary>
/// <param name="set">The annotation file.</param>
/// <param name="folder">The image folder.</param>
/// <param name="problems">Receives the bad records.</param>
internal sealed class DatasetCleaning(CocoSet set, string folder, ProblemLog problems)
{
    /// <summary>Where names that have a folder in them may start beside the image folder, whose name it often is.</summary>
    private readonly string?[] starts =
    [
        Path.GetDirectoryName(Path.GetFullPath(set.Path)),
        Path.GetDirectoryName(Path.GetFullPath(folder)),
    ];

    /// <summary>The categories with ids of their own, in the order of the file, which is the order of the classes.</summary>
    public ImmutableArray<CocoCategory> Categories()
    {
        foreach (var problem in set.Problems)
        {
            Note(DataProblemKind.MalformedRecord, set.Path, problem.Id, problem.Detail);
        }

        var ids = new HashSet<long>(SeededIds.Instance);
        var kept = ImmutableArray.CreateBuilder<CocoCategory>();
        foreach (var category in set.Categories)
        {
            if (ids.Add(category.Id))
            {
                kept.Add(category);
            }
            else
            {
                Note(
                    DataProblemKind.DuplicateCategory,
                    set.Path,
                    category.Id,
                    $"category id {category.Id} ('{category.Name}') is given twice; the second is left out"
                );
            }
        }

        return kept.DrainToImmutable();
    }

    /// <summary>The images whose files are there, in the order of the file.</summary>
    /// <param name="categories">The classes.</param>
    public ImmutableArray<AnnotatedImage> Images(ImmutableArray<CocoCategory> categories)
    {
        var objects = ObjectsByImage(categories);
        var ids = new HashSet<long>(SeededIds.Instance);
        var kept = ImmutableArray.CreateBuilder<AnnotatedImage>(set.Images.Length);
        foreach (var image in set.Images)
        {
            if (!ids.Add(image.Id))
            {
                Note(
                    DataProblemKind.DuplicateImage,
                    set.Path,
                    image.Id,
                    $"image id {image.Id} ('{image.FileName}') is given twice; the second is left out"
                );
            }
            else if (Locate(image, out var path))
            {
                var own = objects.GetValueOrDefault(image.Id) ?? [];
                if (Measure(image, path, own, out var width, out var height))
                {
                    kept.Add(Clean(image.Id, path, width, height, own));
                }
            }
        }

        return kept.DrainToImmutable();
    }

    private Dictionary<long, List<(CocoAnnotation Annotation, int Class)>> ObjectsByImage(ImmutableArray<CocoCategory> categories)
    {
        var classes = categories
            .Select((category, index) => (category.Id, index))
            .ToDictionary(pair => pair.Id, pair => pair.index, SeededIds.Instance);
        var images = set
            .Images.Select(image => image.Id)
            .Distinct(SeededIds.Instance)
            .ToDictionary(id => id, _ => new List<(CocoAnnotation, int)>(), SeededIds.Instance);
        var ids = new HashSet<long>(SeededIds.Instance);
        foreach (ref readonly var annotation in set.Annotations.AsSpan())
        {
            var (id, imageId, category) = (annotation.Id, annotation.ImageId, annotation.CategoryId);
            if (!ids.Add(id))
            {
                Note(
                    DataProblemKind.DuplicateAnnotation,
                    set.Path,
                    id,
                    $"annotation id {id} is given twice; the second, of image id {imageId}, is left out"
                );
            }
            else if (!images.TryGetValue(imageId, out var list))
            {
                Note(
                    DataProblemKind.UnknownImage,
                    set.Path,
                    id,
                    $"annotation id {id} is of image id {imageId}, which is not listed; it is left out"
                );
            }
            else if (!classes.TryGetValue(category, out var index))
            {
                Note(
                    DataProblemKind.UnknownCategory,
                    set.Path,
                    id,
                    $"annotation id {id} has category id {category}, which is not listed; it is left out"
                );
            }
            else
            {
                list.Add((annotation, index));
            }
        }

        return images;
    }

    private bool Locate(CocoImage image, out string path)
    {
        var name = image.FileName;
        // What no file can be named is looked for nowhere.
        var isName = !name.Contains('\0', StringComparison.Ordinal);
        path = !isName
            ? ""
            : PortablePath.Inside(folder, name)
                ?? (PortablePath.LeadsOut(name) ? PortablePath.EndInside(folder, name) : null)
                ?? (
                    name.AsSpan().IndexOfAny('/', '\\') > 0
                        ? starts.OfType<string>().Select(start => PortablePath.Inside(start, name)).FirstOrDefault(file => file is not null)
                        : null
                )
                ?? "";
        if (File.Exists(path))
        {
            return true;
        }

        if (!isName || PortablePath.LeadsOut(name))
        {
            Note(
                DataProblemKind.MissingImage,
                set.Path,
                image.Id,
                $"image id {image.Id}: expected a file in {folder}, found '{name}'; the image is left out"
            );
            return false;
        }

        path = Path.Combine(folder, name);
        Note(DataProblemKind.MissingImage, path, image.Id, $"image id {image.Id}: there is no such file; the image is left out");
        return false;
    }

    private bool Measure(CocoImage image, string path, List<(CocoAnnotation Annotation, int Class)> objects, out int width, out int height)
    {
        (width, height) = (image.Width, image.Height);
        var header = ImageFile.ReadHeader(path, out var problem);
        if (problem is not null || (header.Width == 0 && (width == 0 || height == 0)))
        {
            Note(
                DataProblemKind.UnreadableImage,
                path,
                image.Id,
                $"image id {image.Id}: {problem ?? "neither the file nor the annotations tell its size"}; the image is left out"
            );
            return false;
        }

        if (header.IsOnItsSide && IsSeenTurned(image, header, objects))
        {
            header = header with { Width = header.Height, Height = header.Width };
        }

        if (header.Width == 0 || (header.Width, header.Height) == (width, height))
        {
            return true;
        }

        if (width > 0 && height > 0)
        {
            Note(
                DataProblemKind.ImageSize,
                path,
                image.Id,
                $"image id {image.Id}: annotated as {width}x{height}, the file has {header.Width}x{header.Height}, which counts"
            );
        }

        (width, height) = (header.Width, header.Height);
        return true;
    }

    /// <summary>
    /// Whether an image that asks to be turned was annotated as it is seen: by its annotated size, else by its boxes; where both fit it
    /// was.
    /// </summary>
    private static bool IsSeenTurned(CocoImage image, ImageHeader header, List<(CocoAnnotation Annotation, int Class)> objects)
    {
        if ((image.Width, image.Height) == (header.Height, header.Width))
        {
            return true;
        }

        if ((image.Width, image.Height) == (header.Width, header.Height))
        {
            return false;
        }

        return objects.TrueForAll(one => !BoxCleaning.IsOutside(one.Annotation.Box, header.Height, header.Width))
            || !objects.TrueForAll(one => !BoxCleaning.IsOutside(one.Annotation.Box, header.Width, header.Height));
    }

    private AnnotatedImage Clean(long id, string path, int width, int height, List<(CocoAnnotation Annotation, int Class)> objects)
    {
        var kept = ImmutableArray.CreateBuilder<AnnotatedBox>(objects.Count);
        var crowds = 0;
        foreach (var (annotation, index) in objects)
        {
            if (annotation.IsCrowd)
            {
                crowds++;
                continue;
            }

            var box = annotation.Box;
            var place = set.Places?.Invoke(annotation.Id);
            var (file, name) = place is { } at ? (at.File, $"line {at.Line}") : (path, $"annotation id {annotation.Id} of image id {id}");
            var found = string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: box [{box.X}, {box.Y}, {box.Width}, {box.Height}], area {annotation.Area}, in an image of {width}x{height}"
            );
            if (!BoxCleaning.TryClip(annotation, width, height, out var corners))
            {
                Note(DataProblemKind.EmptyBox, file, annotation.Id, found + " has no area there; it is left out");
                continue;
            }

            if (BoxCleaning.IsOutside(box, width, height))
            {
                Note(DataProblemKind.BoxOutside, file, annotation.Id, found + " reaches over the edge; it is clipped");
            }

            kept.Add(new((float)corners.Left, (float)corners.Top, (float)corners.Right, (float)corners.Bottom, index));
        }

        return new(id, path, width, height, kept.DrainToImmutable(), crowds);
    }

    private void Note(DataProblemKind kind, string file, long id, string detail) => problems.Add(new(kind, file, id, detail));
}
