using PPYolo.Data.Imaging;

namespace PPYolo.Data.Transforms;

/// <summary>
/// An affine change of colours. Brightness, contrast, saturation and hue are all of this kind, so that any sequence of them is one pass
/// over the pixels.
/// </summary>
internal readonly struct ColorMatrix
{
    private static readonly double[] ToYiq = [0.299, 0.587, 0.114, 0.596, -0.274, -0.321, 0.211, -0.523, 0.311];
    private static readonly double[] FromYiq = [1.0, 0.956, 0.621, 1.0, -0.272, -0.647, 1.0, -1.107, 1.705];

    private readonly double[] matrix;
    private readonly double[] offset;

    private ColorMatrix(double[] matrix, double[] offset) => (this.matrix, this.offset) = (matrix, offset);

    /// <summary>Adds to every value.</summary>
    public static ColorMatrix Brightness(double delta) => new([1, 0, 0, 0, 1, 0, 0, 0, 1], [delta, delta, delta]);

    /// <summary>Multiplies every value.</summary>
    public static ColorMatrix Contrast(double factor) => new([factor, 0, 0, 0, factor, 0, 0, 0, factor], [0, 0, 0]);

    /// <summary>Moves every pixel away from its grey, or towards it for factors below 1.</summary>
    public static ColorMatrix Saturation(double factor)
    {
        var matrix = new double[9];
        for (var i = 0; i < 9; i++)
        {
            matrix[i] = ((1 - factor) * ToYiq[i % 3]) + (i % 4 == 0 ? factor : 0);
        }

        return new(matrix, [0, 0, 0]);
    }

    /// <summary>Turns the colours in the YIQ plane.</summary>
    /// <param name="halfTurns">1 is 180 degrees.</param>
    public static ColorMatrix Hue(double halfTurns)
    {
        double u = Math.Cos(halfTurns * Math.PI),
            w = Math.Sin(halfTurns * Math.PI);
        return new(Product(Product(FromYiq, [1, 0, 0, 0, u, -w, 0, w, u]), ToYiq), [0, 0, 0]);
    }

    /// <summary>This change, and another one after it.</summary>
    public ColorMatrix Then(ColorMatrix next)
    {
        var moved = new double[3];
        for (var row = 0; row < 3; row++)
        {
            moved[row] =
                (next.matrix[row * 3] * offset[0])
                + (next.matrix[(row * 3) + 1] * offset[1])
                + (next.matrix[(row * 3) + 2] * offset[2])
                + next.offset[row];
        }

        return new(Product(next.matrix, matrix), moved);
    }

    /// <summary>The changed image, not clipped to 0 to 255.</summary>
    public PixelImage Of(PixelImage image)
    {
        var changed = PixelImage.OfFloats(image.Width, image.Height);
        ReadOnlySpan<byte> from = image.Bytes;
        var to = changed.Floats;
        float m0 = (float)matrix[0],
            m1 = (float)matrix[1],
            m2 = (float)matrix[2],
            m3 = (float)matrix[3],
            m4 = (float)matrix[4],
            m5 = (float)matrix[5];
        float m6 = (float)matrix[6],
            m7 = (float)matrix[7],
            m8 = (float)matrix[8],
            o0 = (float)offset[0],
            o1 = (float)offset[1],
            o2 = (float)offset[2];
        for (var i = 0; i + 2 < from.Length && i + 2 < to.Length; i += 3)
        {
            float r = from[i],
                g = from[i + 1],
                b = from[i + 2];
            to[i] = (m0 * r) + (m1 * g) + (m2 * b) + o0;
            to[i + 1] = (m3 * r) + (m4 * g) + (m5 * b) + o1;
            to[i + 2] = (m6 * r) + (m7 * g) + (m8 * b) + o2;
        }

        return changed;
    }

    private static double[] Product(double[] left, double[] right)
    {
        var product = new double[9];
        for (var i = 0; i < 9; i++)
        {
            var (row, column) = (i / 3 * 3, i % 3);
            product[i] = (left[row] * right[column]) + (left[row + 1] * right[3 + column]) + (left[row + 2] * right[6 + column]);
        }

        return product;
    }
}
