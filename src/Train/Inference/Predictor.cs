using System.Collections.Immutable;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;
using PPYolo.Model.Boxes;

namespace PPYolo.Train.Inference;

/// <summary>Detects objects in image files and draws them.</summary>
/// <param name="detector">The detector; it stays the caller's.</param>
/// <param name="categories">The category of each class.</param>
/// <param name="size">The side that images are resized to, in pixels, a multiple of 32.</param>
/// <param name="threshold">Objects with lower scores are left out; in [0, 1].</param>
public sealed class Predictor(Detector detector, ImmutableArray<CocoCategory> categories, int size, double threshold)
{
    /// <summary>Detects objects in a file.</summary>
    /// <param name="file">The image.</param>
    /// <param name="picture">Where the image goes with its objects drawn in, or null.</param>
    /// <exception cref="AlignException">It cannot be read or decoded, or the picture cannot be written.</exception>
    public ImagePrediction Predict(string file, string? picture = null)
    {
        using var image = EvaluationImages.Decode(file);
        var original = new OriginalSize(image.Width, image.Height);
        // A box beside the image is turned over by clipping: it has no area, and nobody could see it.
        DetectedBox[] objects =
        [
            .. detector
                .Detect(EvaluationImages.Of(image, size), [original])[0]
                .Where(found => found.Score >= threshold && found.Right > found.Left && found.Bottom > found.Top),
        ];
        if (picture is not null)
        {
            // The surest is drawn last, over the others.
            foreach (var found in objects.Reverse())
            {
                var caption = string.Create(CultureInfo.InvariantCulture, $"{categories[found.Label].Name} {found.Score:0.00}");
                Drawing.Box(image, (found.Left, found.Top, found.Right, found.Bottom), caption, found.Label);
            }

            Drawing.Write(image, picture);
        }

        return new(file, original, objects);
    }
}
