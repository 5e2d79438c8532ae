namespace PPYolo.MakeScenes;

/// <summary>An image being painted.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
internal sealed class Canvas(int width, int height)
{
    // Samples of a pixel along each axis.
    private const int Samples = 3;

    private readonly Rgb[] pixels = new Rgb[width * height];

    public int Width => width;

    public int Height => height;

    public ref Rgb this[int x, int y] => ref pixels[(y * width) + x];

    /// <summary>Paints an object.</summary>
    /// <returns>The pixels of which at least half is covered.</returns>
    public Painted Paint(Placement place)
    {
        var painted = new Painted(Width, Height, -1, -1, 0);
        float sine = MathF.Sin(place.Angle),
            cosine = MathF.Cos(place.Angle);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sum, covered) = (default(Rgb), 0);
                for (var sample = 0; sample < Samples * Samples; sample++)
                {
                    float across = x + (((sample % Samples) + 0.5f) / Samples) - place.X,
                        down = y + (((sample / Samples) + 0.5f) / Samples) - place.Y;
                    float inX = ((across * cosine) + (down * sine)) / place.HalfWidth,
                        inY = ((down * cosine) - (across * sine)) / place.HalfHeight;
                    if (Math.Abs(inX) <= 1 && Math.Abs(inY) <= 1 && place.Design.Paint(place.Mirrored ? -inX : inX, inY) is { } color)
                    {
                        sum += color;
                        covered++;
                    }
                }

                if (covered > 0)
                {
                    this[x, y] = this[x, y].Towards(sum * (place.Light / covered), covered / (float)(Samples * Samples));
                    painted = covered * 2 >= Samples * Samples ? painted.With(x, y) : painted;
                }
            }
        }

        return painted;
    }

    /// <summary>The pixels as bytes in the order blue, green, red, which JPEG encoders of OpenCV take.</summary>
    public byte[] ToBgr()
    {
        var bytes = new byte[pixels.Length * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            bytes[i * 3] = Byte(pixels[i].B);
            bytes[(i * 3) + 1] = Byte(pixels[i].G);
            bytes[(i * 3) + 2] = Byte(pixels[i].R);
        }

        return bytes;
    }

    private static byte Byte(float value) => (byte)Math.Clamp(MathF.Round(value), 0, 255);
}
