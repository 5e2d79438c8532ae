using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Data.Datasets;

/// <summary>
/// A cleaned dataset: the images whose files are there, with the objects to train on. The rules are the reference's: crowds and boxes
/// without area are left out, boxes are clipped to the image, classes are numbered in the order of the categories, and images without
/// objects stay.
/// </summary>
public sealed class DetectionDataset
{
    private DetectionDataset(
        DatasetLayout layout,
        ImmutableArray<AnnotatedImage> images,
        ImmutableArray<CocoCategory> categories,
        ProblemLog log
    )
    {
        Layout = layout;
        Images = images;
        Categories = categories;
        Log = log;
    }

    /// <summary>Where it is from.</summary>
    public DatasetLayout Layout { get; }

    /// <summary>The images, in the order of the annotation file.</summary>
    public ImmutableArray<AnnotatedImage> Images { get; }

    /// <summary>The category of each class.</summary>
    public ImmutableArray<CocoCategory> Categories { get; }

    /// <summary>The bad records: those found while opening, and later those found while decoding.</summary>
    public ProblemLog Log { get; }

    /// <summary>Opens a dataset: reads the annotations and the header of every image, not the pixels.</summary>
    /// <exception cref="AlignException">
    /// The annotations cannot be read, nothing is left to train on, the number of categories is not the network's, or a bad record stops.
    /// </exception>
    public static DetectionDataset Open(DatasetLayout layout, DatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        options ??= new();
        var log = new ProblemLog(options.Strict, options.Report);
        var cleaning = new DatasetCleaning(layout.Read(log), layout.Images, log);
        var categories = cleaning.Categories();
        if (options.Classes is { } classes && classes != categories.Length)
        {
            throw new AlignException(
                $"{layout.Annotations}: expected {classes} categories, one for each class of the network, found {categories.Length}; "
                    + $"set 'classes' to {categories.Length}"
            );
        }

        var images = cleaning.Images(categories);
        if (images.IsEmpty)
        {
            throw new AlignException(
                $"{layout.Annotations}: expected images in {layout.Images}, none is left of those listed; "
                    + (
                        log.Problems is [var first, ..]
                            ? $"{log.Problems.Count} bad records, the first: {first}"
                            : "the annotations list none"
                    )
            );
        }

        return new(layout, images, categories, log);
    }
}
