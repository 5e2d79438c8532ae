using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;

namespace PPYolo.Data.Layouts.Yolo;

/// <summary>The annotations of a part of a YOLO dataset.</summary>
/// <param name="path">What stands for them in messages.</param>
/// <param name="root">The folder that the names of images are relative to.</param>
/// <param name="images">The images with their label files.</param>
/// <param name="missing">The lines of lists whose images are not there.</param>
/// <param name="orphans">Label files without an image.</param>
/// <param name="classes">The classes.</param>
/// <param name="isPose">Whether labels have the points of a pose.</param>
internal sealed class YoloAnnotations(
    string path,
    string root,
    IReadOnlyList<(string Path, string? Labels)> images,
    IReadOnlyList<(string List, int Line, string Text)> missing,
    IReadOnlyList<string> orphans,
    ClassOrder classes,
    bool isPose
) : IAnnotationSource
{
    /// <inheritdoc />
    public IEnumerable<string> Files => images.Select(image => image.Labels).Append(classes.File).OfType<string>();

    /// <summary>How many images have no labels, and how the classes are ordered.</summary>
    public string Describe()
    {
        var background = images.Count(image => image.Labels is null);
        return background == 0
            ? $"{classes}"
            : $"{FolderContent.Count(background, "image")} without a label file, taken as background; {classes}";
    }

    /// <inheritdoc />
    public CocoSet Read(ProblemLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var list = ImmutableArray.CreateBuilder<CocoImage>(images.Count);
        var annotations = ImmutableArray.CreateBuilder<CocoAnnotation>();
        var places = new List<AnnotationPlace>();
        foreach (var image in ReadAll())
        {
            var id = list.Count + 1;
            list.Add(new(id, Path.GetRelativePath(root, image.Path), image.Width, image.Height));
            if (image.Problem is { } problem)
            {
                log.Add(new(DataProblemKind.UnreadableAnnotation, image.Labels!, id, $"{problem}; the image counts as background"));
            }

            foreach (var (line, detail) in image.Flaws)
            {
                log.Add(new(DataProblemKind.BadObject, image.Labels!, line, $"line {line}: {detail}; the object is left out"));
            }

            foreach (var (index, box, line) in image.Objects)
            {
                if (index >= classes.Names.Length)
                {
                    var detail =
                        $"line {line}: class {index} is none of the {classes.Names.Length} of {classes.File}; the object is left out";
                    log.Add(new(DataProblemKind.UnknownCategory, image.Labels!, line, detail));
                    continue;
                }

                places.Add(new(image.Labels!, line));
                annotations.Add(new(places.Count, id, index + 1, box, box.Area, IsCrowd: false));
            }
        }

        foreach (var (file, line, text) in missing)
        {
            log.Add(new(DataProblemKind.MissingImage, file, line, $"line {line}: there is no image '{text}'; it is left out"));
        }

        foreach (var orphan in orphans)
        {
            log.Add(new(DataProblemKind.MissingImage, orphan, 0, "there is no image of that name; the labels are left out"));
        }

        return new(path, list.DrainToImmutable(), classes.Categories, annotations.DrainToImmutable())
        {
            Places = id => places[(int)id - 1],
        };
    }

    private List<YoloImage> ReadAll()
    {
        try
        {
            return [.. images.AsParallel().AsOrdered().Select(image => YoloImage.Read(image.Path, image.Labels, isPose))];
        }
        catch (AggregateException e) when (e.InnerException is AlignException inner)
        {
            throw new AlignException(inner.Message, e);
        }
    }
}
