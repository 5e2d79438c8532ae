using System.Buffers;

namespace PPYolo.Data.Imaging;

/// <summary>
/// An RGB image in memory, rows from the top, three values a pixel: bytes, or floats on the same scale that may lie outside 0 to 255 after
/// its colours were changed. The memory is borrowed from a pool and goes back when the image is disposed of.
/// </summary>
internal sealed class PixelImage : IDisposable
{
    /// <summary>Values of a pixel.</summary>
    public const int Channels = 3;

    private byte[]? bytes;
    private float[]? floats;

    private PixelImage(int width, int height)
    {
        Width = width;
        Height = height;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Whether the values are floats.</summary>
    public bool IsFloat => floats is not null;

    /// <summary>The values as bytes.</summary>
    public Span<byte> Bytes => (bytes ?? throw new InvalidOperationException("the image has no bytes")).AsSpan(0, Count);

    /// <summary>The values as floats.</summary>
    public Span<float> Floats => (floats ?? throw new InvalidOperationException("the image has no floats")).AsSpan(0, Count);

    private int Count => checked(Width * Height * Channels);

    /// <summary>An image of bytes, not initialized.</summary>
    public static PixelImage OfBytes(int width, int height)
    {
        var image = new PixelImage(width, height);
        image.bytes = ArrayPool<byte>.Shared.Rent(image.Count);
        return image;
    }

    /// <summary>An image of floats, not initialized.</summary>
    public static PixelImage OfFloats(int width, int height)
    {
        var image = new PixelImage(width, height);
        image.floats = ArrayPool<float>.Shared.Rent(image.Count);
        return image;
    }

    /// <summary>An image of another size with values of the same kind, not initialized.</summary>
    public PixelImage Like(int width, int height) => IsFloat ? OfFloats(width, height) : OfBytes(width, height);

    /// <summary>A copy of a part.</summary>
    public PixelImage Crop(int left, int top, int width, int height)
    {
        var part = Like(width, height);
        for (var row = 0; row < height; row++)
        {
            var from = (((top + row) * Width) + left) * Channels;
            var (to, count) = (row * width * Channels, width * Channels);
            if (IsFloat)
            {
                Floats.Slice(from, count).CopyTo(part.Floats[to..]);
            }
            else
            {
                Bytes.Slice(from, count).CopyTo(part.Bytes[to..]);
            }
        }

        return part;
    }

    /// <summary>Exchanges left and right in place.</summary>
    public void Mirror()
    {
        for (var row = 0; row < Height; row++)
        {
            var (from, count) = (row * Width * Channels, Width * Channels);
            if (IsFloat)
            {
                MirrorRow(Floats.Slice(from, count));
            }
            else
            {
                MirrorRow(Bytes.Slice(from, count));
            }
        }
    }

    public void Dispose()
    {
        if (bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        if (floats is not null)
        {
            ArrayPool<float>.Shared.Return(floats);
        }

        (bytes, floats) = (null, null);
    }

    private static void MirrorRow<T>(Span<T> row)
    {
        for (int left = 0, right = row.Length - Channels; left < right; left += Channels, right -= Channels)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                (row[left + channel], row[right + channel]) = (row[right + channel], row[left + channel]);
            }
        }
    }
}
