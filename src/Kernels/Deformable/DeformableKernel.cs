using System.Numerics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// The loops of <see cref="DeformableColumns"/>, and what <see cref="DeformablePasses"/> does with gradients of samples. All tensors are
/// channels-last: a sample is four runs of C floats, so the work is on whole vectors. Images are independent and are the unit of parallel
/// work, which makes the result the same for any number of threads.
/// </summary>
internal static unsafe class DeformableKernel
{
    private const int Points = DeformableSampling.Points;

    public static void Forward(DeformableColumns.Geometry g, float* input, float* offset, float* mask, float* columns, int threads) =>
        Work.ForEach(
            g.Batch,
            threads,
            image =>
            {
                for (var cell = image * g.Cells; cell < (image + 1) * g.Cells; cell++)
                {
                    for (var q = 0; q < Points; q++)
                    {
                        SamplePoint
                            .At(g, offset, mask, cell, q)
                            .Take(
                                input + (image * g.ImageSize),
                                g.Channels,
                                g.Channels,
                                columns + ((((long)cell * Points) + q) * g.Channels)
                            );
                    }
                }
            }
        );

    public static void Backward(
        DeformableColumns.Geometry g,
        float* input,
        float* offset,
        float* mask,
        float* gradColumns,
        float* gradInput,
        float* gradOffset,
        float* gradMask,
        int threads
    ) =>
        Work.ForEach(
            g.Batch,
            threads,
            image =>
            {
                for (var cell = image * g.Cells; cell < (image + 1) * g.Cells; cell++)
                {
                    for (var q = 0; q < Points; q++)
                    {
                        Scatter(
                            g,
                            input,
                            offset,
                            mask,
                            cell,
                            q,
                            gradColumns + ((((long)cell * Points) + q) * g.Channels),
                            gradInput,
                            gradOffset,
                            gradMask
                        );
                    }
                }
            }
        );

    /// <summary>
    /// Adds the gradient of the sample at one kernel point of one output cell to the input's, and computes those of its offset and mask.
    /// Not for two threads in one image.
    /// </summary>
    public static void Scatter(
        DeformableColumns.Geometry g,
        float* input,
        float* offset,
        float* mask,
        int cell,
        int q,
        float* gradient,
        float* gradInput,
        float* gradOffset,
        float* gradMask
    )
    {
        var image = cell / g.Cells * g.ImageSize;
        var corners = Corners.At(g, cell % g.Cells, q, offset + ((long)cell * 2 * Points));
        var sample = ((long)cell * Points) + q;
        var m = mask[sample];
        var dots = Scatter(input + image, gradInput + image, corners, g.Channels, m, gradient);
        float ly = corners.Down,
            lx = corners.Across,
            hy = 1 - ly,
            hx = 1 - lx;
        gradMask[sample] = (hy * hx * dots.X) + (hy * lx * dots.Y) + (ly * hx * dots.Z) + (ly * lx * dots.W);
        gradOffset[2 * sample] = m * ((hx * (dots.Z - dots.X)) + (lx * (dots.W - dots.Y)));
        gradOffset[(2 * sample) + 1] = m * ((hy * (dots.Y - dots.X)) + (ly * (dots.W - dots.Z)));
    }

    /// <summary>
    /// Adds the gradient to the four corners' pixels and returns its dot product with each corner's value (0 outside the image).
    /// </summary>
    private static Vector4 Scatter(float* pixels, float* gradPixels, Corners c, int channels, float mask, float* gradient)
    {
        float ly = c.Down,
            lx = c.Across;
        float w0 = mask * (1 - ly) * (1 - lx),
            w1 = mask * (1 - ly) * lx,
            w2 = mask * ly * (1 - lx),
            w3 = mask * ly * lx;
        if (c.In0 && c.In3)
        {
            // All four are inside, as two pairs of neighbours: the gradient is read once.
            return ScatterInside(
                pixels + ((long)c.Pixel0 * channels),
                gradPixels + ((long)c.Pixel0 * channels),
                (long)(c.Pixel2 - c.Pixel0) * channels,
                channels,
                w0,
                w1,
                w2,
                w3,
                gradient
            );
        }

        return new(
            c.In0 ? ScatterCorner(pixels, gradPixels, c.Pixel0, channels, w0, gradient) : 0,
            c.In1 ? ScatterCorner(pixels, gradPixels, c.Pixel1, channels, w1, gradient) : 0,
            c.In2 ? ScatterCorner(pixels, gradPixels, c.Pixel2, channels, w2, gradient) : 0,
            c.In3 ? ScatterCorner(pixels, gradPixels, c.Pixel3, channels, w3, gradient) : 0
        );
    }

    private static Vector4 ScatterInside(
        float* v0,
        float* t0,
        long down,
        int channels,
        float w0,
        float w1,
        float w2,
        float w3,
        float* gradient
    )
    {
        float* v1 = v0 + channels,
            v2 = v0 + down,
            v3 = v1 + down,
            t1 = t0 + channels,
            t2 = t0 + down,
            t3 = t1 + down;
        Vector<float> d0 = default,
            d1 = default,
            d2 = default,
            d3 = default;
        var i = 0;
        for (; i <= channels - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = Vector.Load(gradient + i);
            d0 += g * Vector.Load(v0 + i);
            d1 += g * Vector.Load(v1 + i);
            d2 += g * Vector.Load(v2 + i);
            d3 += g * Vector.Load(v3 + i);
            (Vector.Load(t0 + i) + (g * w0)).Store(t0 + i);
            (Vector.Load(t1 + i) + (g * w1)).Store(t1 + i);
            (Vector.Load(t2 + i) + (g * w2)).Store(t2 + i);
            (Vector.Load(t3 + i) + (g * w3)).Store(t3 + i);
        }

        var dots = new Vector4(Vector.Sum(d0), Vector.Sum(d1), Vector.Sum(d2), Vector.Sum(d3));
        for (; i < channels; i++)
        {
            var g = gradient[i];
            dots += g * new Vector4(v0[i], v1[i], v2[i], v3[i]);
            t0[i] += g * w0;
            t1[i] += g * w1;
            t2[i] += g * w2;
            t3[i] += g * w3;
        }

        return dots;
    }

    private static float ScatterCorner(float* pixels, float* gradPixels, int pixel, int channels, float weight, float* gradient)
    {
        float* value = pixels + ((long)pixel * channels),
            target = gradPixels + ((long)pixel * channels);
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
}
