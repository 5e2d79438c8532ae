using PPYolo.Data.Imaging;

namespace PPYolo.Data.Transforms;

/// <summary>
/// Puts every second image, on average, somewhere on a canvas of the mean colour that is up to four times as wide and high. The values
/// become bytes again, clipped to 0 to 255; the reference lets those outside wrap around, which its platform does not define.
/// </summary>
internal sealed class RandomExpand : ISampleTransform
{
    private const double Probability = 0.5,
        MostTimes = 4;

    // 123.675, 116.28, 103.53 cut to bytes: the mean of ImageNet.
    private static readonly byte[] Fill = [123, 116, 103];

    public string Name => "expand";

    public void Apply(Sample sample, RandomDraws draws)
    {
        var image = sample.Image;
        if (draws.Next() < Probability)
        {
            return;
        }

        var times = draws.Between(1, MostTimes);
        int height = (int)(image.Height * times),
            width = (int)(image.Width * times);
        if (height <= image.Height || width <= image.Width)
        {
            return;
        }

        int top = draws.Below(height - image.Height),
            left = draws.Below(width - image.Width);
        sample.Replace(Place(image, width, height, left, top));
        for (var i = 0; i < sample.Boxes.Count; i++)
        {
            var box = sample.Boxes[i];
            sample.Boxes[i] = box with { Left = box.Left + left, Top = box.Top + top, Right = box.Right + left, Bottom = box.Bottom + top };
        }
    }

    private static PixelImage Place(PixelImage image, int width, int height, int left, int top)
    {
        var canvas = PixelImage.OfBytes(width, height);
        var pixels = canvas.Bytes;
        var stride = width * PixelImage.Channels;
        for (var i = 0; i < stride; i++)
        {
            pixels[i] = Fill[i % PixelImage.Channels];
        }

        for (var row = 1; row < height; row++)
        {
            pixels[..stride].CopyTo(pixels[(row * stride)..]);
        }

        var count = image.Width * PixelImage.Channels;
        for (var row = 0; row < image.Height; row++)
        {
            var target = pixels.Slice(((top + row) * stride) + (left * PixelImage.Channels), count);
            if (image.IsFloat)
            {
                ToBytes(image.Floats.Slice(row * count, count), target);
            }
            else
            {
                image.Bytes.Slice(row * count, count).CopyTo(target);
            }
        }

        return canvas;
    }

    private static void ToBytes(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length && i < bytes.Length; i++)
        {
            bytes[i] = (byte)Math.Clamp(values[i], 0, 255);
        }
    }
}
