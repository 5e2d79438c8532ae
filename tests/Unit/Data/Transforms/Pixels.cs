using PPYolo.Data.Imaging;
using PPYolo.Data.Transforms;

namespace PPYolo.Tests.Unit.Data.Transforms;

/// <summary>Images whose pixels tell where they are from: red is the column, green the row, blue a constant.</summary>
internal static class Pixels
{
    public static PixelImage Map(int width, int height, byte blue = 77)
    {
        var image = PixelImage.OfBytes(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = ((y * width) + x) * 3;
                (image.Bytes[at], image.Bytes[at + 1], image.Bytes[at + 2]) = ((byte)x, (byte)y, blue);
            }
        }

        return image;
    }

    public static PixelImage Plain(int width, int height, byte red, byte green, byte blue)
    {
        var image = PixelImage.OfBytes(width, height);
        for (var i = 0; i < image.Bytes.Length; i += 3)
        {
            (image.Bytes[i], image.Bytes[i + 1], image.Bytes[i + 2]) = (red, green, blue);
        }

        return image;
    }

    public static float[] At(PixelImage image, int x, int y)
    {
        var at = ((y * image.Width) + x) * 3;
        return image.IsFloat ? image.Floats.Slice(at, 3).ToArray() : [.. image.Bytes.Slice(at, 3).ToArray().Select(value => (float)value)];
    }

    public static RandomDraws Draws(string name) => new(new($"test/{name}"));

    public static SampleBox Box(float left, float top, float right, float bottom, int index = 0) => new(left, top, right, bottom, index, 1);
}
