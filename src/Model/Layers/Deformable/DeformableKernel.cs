using System.Numerics;

namespace PPYolo.Model.Layers.Deformable;

/// <summary>
/// The loops of <see cref="DeformableColumns"/>, and what <see cref="DeformablePasses"/> does with gradients of samples. All tensors are channels-last: a sample is four runs of C floats, so the work is on whole vectors. Images are
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
                    SamplePoint.At(g, offset, mask, cell, q).Take(input + (image * g.ImageSize), g.Channels, g.Channels, columns + ((((long)cell * Points) + q) * g.Channels));
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

    /// <summary>Adds the gradient of the sample at one kernel point of one output cell to the input's, and computes those of its offset and mask. Not for two threads in one image.</summary>
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

    private static float ScatterCorner(float* pixels, float* gradPixels, int pixel, int channels, float weight, float* gradient)
    {
        float* value = pixels + ((long)pixel * channels), target = gradPixels + ((long)pixel * channels);
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
