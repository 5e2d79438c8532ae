using PPYolo.Data.Imaging;

namespace PPYolo.Data.Transforms;

/// <summary>
/// Brings an image to the network's scale, channels first: divided by 255 in float32, then less the mean and divided by the deviation of
/// ImageNet, each in float64 and rounded to float32.
/// </summary>
internal static class ImageNormalization
{
    private static readonly double[] Mean = [0.485, 0.456, 0.406],
        Deviation = [0.229, 0.224, 0.225];

    // What becomes of each byte in each channel.
    private static readonly float[][] OfByte =
    [
        .. Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, 256).Select(value => Of(value, channel)).ToArray()),
    ];

    /// <summary>Writes an image, channel by channel.</summary>
    /// <param name="image">The image.</param>
    /// <param name="planes">Receives (3, height, width).</param>
    public static void Write(PixelImage image, Span<float> planes)
    {
        var count = image.Width * image.Height;
        for (var channel = 0; channel < PixelImage.Channels; channel++)
        {
            var plane = planes.Slice(channel * count, count);
            if (image.IsFloat)
            {
                ReadOnlySpan<float> values = image.Floats[channel..];
                for (var i = 0; i < plane.Length; i++)
                {
                    plane[i] = Of(values[i * PixelImage.Channels], channel);
                }
            }
            else
            {
                ReadOnlySpan<byte> values = image.Bytes[channel..];
                var table = OfByte[channel];
                for (var i = 0; i < plane.Length; i++)
                {
                    plane[i] = table[values[i * PixelImage.Channels]];
                }
            }
        }
    }

    /// <summary>The image that was written, to look at: rounded to bytes.</summary>
    /// <param name="planes">(3, size, size), normalized.</param>
    /// <param name="size">Its side in pixels.</param>
    public static PixelImage Read(ReadOnlySpan<float> planes, int size)
    {
        var image = PixelImage.OfBytes(size, size);
        for (var i = 0; i < planes.Length; i++)
        {
            var (channel, pixel) = (i / (size * size), i % (size * size));
            var value = ((planes[i] * Deviation[channel]) + Mean[channel]) * 255;
            image.Bytes[(pixel * PixelImage.Channels) + channel] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }

        return image;
    }

    private static float Of(float value, int channel) => (float)((float)((value / 255f) - Mean[channel]) / Deviation[channel]);
}
