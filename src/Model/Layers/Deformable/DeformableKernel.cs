using System.Numerics;

namespace PPYolo.Model.Layers.Deformable;

/// <summary>
/// The loops of <see cref="DeformableColumns"/>, and the samples of <see cref="DeformablePasses"/>. All tensors are channels-last: a sample is four runs of C floats, so the work is on whole vectors. Images are
/// independent and are the unit of parallel work, which makes the result the same for any number of threads.
/// </summary>
internal static unsafe class DeformableKernel
{
    private const int Points = DeformableConv.Points;

    public static void Forward(DeformableColumns.Geometry g, float* input, float* offset, float* mask, float* columns, int threads) =>
        Work.ForEach(g.Batch, threads, image =>
        {
            for (var cell = image * g.Cells; cell < (image + 1) * g.Cells; cell++)
            {
                for (var q = 0; q < Points; q++)
                {
                    Sample(g, input, offset, mask, cell, q, 0, g.Channels, columns + ((((long)cell * Points) + q) * g.Channels));
                }
            }
        });

    public static void Backward(
        DeformableColumns.Geometry g, float* input, float* offset, float* mask, float* gradColumns, float* gradInput, float* gradOffset, float* gradMask, int threads) =>
        Work.ForEach(g.Batch, threads, image =>
        {
            for (var cell = image * g.Cells; cell < (image + 1) * g.Cells; cell++)
            {
                for (var q = 0; q < Points; q++)
                {
                    Scatter(g, input, offset, mask, cell, q, gradColumns + ((((long)cell * Points) + q) * g.Channels), gradInput, gradOffset, gradMask);
                }
            }
        });

    /// <summary>Samples some channels at one kernel point of one output cell.</summary>
    /// <param name="g">Extents.</param>
    /// <param name="input">(B,H,W,C).</param>
    /// <param name="offset">(B,rows,columns,18).</param>
    /// <param name="mask">(B,rows,columns,9).</param>
    /// <param name="cell">The cell, counted over all images.</param>
    /// <param name="q">The kernel point.</param>
    /// <param name="from">The first channel.</param>
    /// <param name="channels">How many.</param>
    /// <param name="sample">Where they go.</param>
    public static void Sample(DeformableColumns.Geometry g, float* input, float* offset, float* mask, int cell, int q, int from, int channels, float* sample)
    {
        var corners = Corners.At(g, cell % g.Cells, q, offset + ((long)cell * 2 * Points));
        Interpolate(input + (cell / g.Cells * g.ImageSize) + from, corners, g.Channels, channels, mask[((long)cell * Points) + q], sample);
    }

    /// <summary>Adds the gradient of one such sample of all channels to the input's, and computes those of its offset and mask. Not for two threads in one image.</summary>
    public static void Scatter(
        DeformableColumns.Geometry g, float* input, float* offset, float* mask, int cell, int q, float* gradient, float* gradInput, float* gradOffset, float* gradMask)
    {
        var image = cell / g.Cells * g.ImageSize;
        var corners = Corners.At(g, cell % g.Cells, q, offset + ((long)cell * 2 * Points));
        var sample = ((long)cell * Points) + q;
        var m = mask[sample];
        var dots = Scatter(input + image, gradInput + image, corners, g.Channels, m, gradient);
        float ly = corners.Down, lx = corners.Across, hy = 1 - ly, hx = 1 - lx;
        gradMask[sample] = (hy * hx * dots.X) + (hy * lx * dots.Y) + (ly * hx * dots.Z) + (ly * lx * dots.W);
        gradOffset[2 * sample] = m * ((hx * (dots.Z - dots.X)) + (lx * (dots.W - dots.Y)));
        gradOffset[(2 * sample) + 1] = m * ((hy * (dots.Y - dots.X)) + (ly * (dots.W - dots.Z)));
    }

    private static void Interpolate(float* pixels, Corners c, int stride, int channels, float mask, float* destination)
    {
        float ly = c.Down, lx = c.Across;
        // A corner outside the image counts as 0: its weight is 0 and its address that of a pixel that exists.
        float outside = c.Nowhere ? float.NaN : 0;
        float w0 = c.In0 ? mask * (1 - ly) * (1 - lx) : outside, w1 = c.In1 ? mask * (1 - ly) * lx : outside;
        float w2 = c.In2 ? mask * ly * (1 - lx) : outside, w3 = c.In3 ? mask * ly * lx : outside;
        float* p0 = pixels + (c.Pixel0 * stride), p1 = pixels + (c.Pixel1 * stride);
        float* p2 = pixels + (c.Pixel2 * stride), p3 = pixels + (c.Pixel3 * stride);
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= channels - width; i += width)
        {
            var sum = (Vector.Load(p0 + i) * w0) + (Vector.Load(p1 + i) * w1) + (Vector.Load(p2 + i) * w2) + (Vector.Load(p3 + i) * w3);
            sum.Store(destination + i);
        }

        for (; i < channels; i++)
        {
            destination[i] = (p0[i] * w0) + (p1[i] * w1) + (p2[i] * w2) + (p3[i] * w3);
        }
    }

    /// <summary>Adds the gradient to the four corners' pixels and returns its dot product with each corner's value (0 outside the image).</summary>
    private static Vector4 Scatter(float* pixels, float* gradPixels, Corners c, int channels, float mask, float* gradient)
    {
        float ly = c.Down, lx = c.Across;
        return new(
            c.In0 ? ScatterCorner(pixels, gradPixels, c.Pixel0, channels, mask * (1 - ly) * (1 - lx), gradient) : 0,
            c.In1 ? ScatterCorner(pixels, gradPixels, c.Pixel1, channels, mask * (1 - ly) * lx, gradient) : 0,
            c.In2 ? ScatterCorner(pixels, gradPixels, c.Pixel2, channels, mask * ly * (1 - lx), gradient) : 0,
            c.In3 ? ScatterCorner(pixels, gradPixels, c.Pixel3, channels, mask * ly * lx, gradient) : 0);
    }

    private static float ScatterCorner(float* pixels, float* gradPixels, long pixel, int channels, float weight, float* gradient)
    {
        float* value = pixels + (pixel * channels), target = gradPixels + (pixel * channels);
        var width = Vector<float>.Count;
        var dot = Vector<float>.Zero;
        var i = 0;
        for (; i <= channels - width; i += width)
        {
            var g = Vector.Load(gradient + i);
            dot += g * Vector.Load(value + i);
            (Vector.Load(target + i) + (g * weight)).Store(target + i);
        }

        var sum = Vector.Sum(dot);
        for (; i < channels; i++)
        {
            sum += gradient[i] * value[i];
            target[i] += gradient[i] * weight;
        }

        return sum;
    }

    /// <summary>
    /// Where one sample falls: its four neighbours, which of them are in the image, how far it is past the first of them, and whether it is nowhere: a NaN offset
    /// must show in the result, which zeros would hide.
    /// </summary>
    private readonly struct Corners
    {
        public readonly long Pixel0, Pixel1, Pixel2, Pixel3;
        public readonly bool In0, In1, In2, In3, Nowhere;
        public readonly float Down, Across;

        private Corners(DeformableColumns.Geometry g, float y, float x)
        {
            float top = MathF.Floor(y), left = MathF.Floor(x);
            Down = y - top;
            Across = x - left;
            bool above = top >= 0 && top < g.Height, below = top >= -1 && top < g.Height - 1;
            bool near = left >= 0 && left < g.Width, far = left >= -1 && left < g.Width - 1;
            In0 = above && near;
            In1 = above && far;
            In2 = below && near;
            In3 = below && far;
            Nowhere = float.IsNaN(y) || float.IsNaN(x);
            // Compared as floats first, so that an offset beyond any integer (or NaN) is simply outside.
            int row = above || below ? (int)top : 0, column = near || far ? (int)left : 0;
            Pixel0 = In0 ? ((long)row * g.Width) + column : 0;
            Pixel1 = In1 ? ((long)row * g.Width) + column + 1 : 0;
            Pixel2 = In2 ? ((row + 1L) * g.Width) + column : 0;
            Pixel3 = In3 ? ((row + 1L) * g.Width) + column + 1 : 0;
        }

        public static Corners At(DeformableColumns.Geometry g, int cell, int q, float* offset) => new(
            g,
            ((cell / g.Columns) * g.Stride) - 1 + (q / 3) + offset[2 * q],
            ((cell % g.Columns) * g.Stride) - 1 + (q % 3) + offset[(2 * q) + 1]);
    }
}
