using PPYolo.Data.Imaging;

namespace PPYolo.Data.Transforms;

/// <summary>
/// Adds another image, both weighted, with their upper left corners together; the objects of both stay, scored by their image's weight
/// (Zhang et al., "mixup", arXiv:1710.09412). The weight is drawn from the beta distribution (1.5, 1.5).
/// </summary>
internal static class Mixup
{
    /// <summary>The last part of the name of its stream.</summary>
    public const string Name = "mixup";

    /// <summary>Mixes another sample into one; the other stays as it is.</summary>
    /// <param name="sample">Takes the mixed image and all objects.</param>
    /// <param name="other">What is mixed in; an image of bytes, like the first.</param>
    /// <param name="weight">The first one's weight, between 0 and 1.</param>
    public static void Apply(Sample sample, Sample other, double weight)
    {
        float first = (float)weight,
            second = (float)(1 - weight);
        var mixed = PixelImage.OfBytes(Math.Max(sample.Image.Width, other.Image.Width), Math.Max(sample.Image.Height, other.Image.Height));
        Mix(sample.Image, first, other.Image, second, mixed);
        sample.Replace(mixed);
        for (var i = 0; i < sample.Boxes.Count; i++)
        {
            sample.Boxes[i] = sample.Boxes[i] with { Score = sample.Boxes[i].Score * first };
        }

        sample.Files.AddRange(other.Files);
        sample.Boxes.AddRange(other.Boxes.Select(box => box with { Score = box.Score * second }));
    }

    private static void Mix(PixelImage a, float first, PixelImage b, float second, PixelImage mixed)
    {
        for (var row = 0; row < mixed.Height; row++)
        {
            ReadOnlySpan<byte> inA = Row(a, row),
                inB = Row(b, row);
            var target = Row(mixed, row);
            // Where neither reaches, the canvas is black.
            for (var i = 0; i < target.Length; i++)
            {
                var sum = (i < inA.Length ? inA[i] * first : 0) + (i < inB.Length ? inB[i] * second : 0);
                target[i] = (byte)sum;
            }
        }
    }

    private static Span<byte> Row(PixelImage image, int row) =>
        row < image.Height ? image.Bytes.Slice(row * image.Width * PixelImage.Channels, image.Width * PixelImage.Channels) : [];
}
