using System.Numerics;
using PPYolo.Kernels.Convolutions;

namespace PPYolo.Kernels.Deformable;

/// <summary>Where one sample is taken: the four pixels around it in their image, and the weight of each, with the mask in it.</summary>
internal readonly unsafe struct SamplePoint
{
    private const int Group = PanelProduct.Lanes;

    private readonly int pixel0,
        pixel1,
        pixel2,
        pixel3;
    private readonly float weight0,
        weight1,
        weight2,
        weight3;

    private SamplePoint(Corners c, float mask)
    {
        float ly = c.Down,
            lx = c.Across;
        // A corner outside the image counts as 0: its weight is 0 and its address that of a pixel that exists.
        float outside = c.Nowhere ? float.NaN : 0;
        (pixel0, pixel1, pixel2, pixel3) = (c.Pixel0, c.Pixel1, c.Pixel2, c.Pixel3);
        weight0 = c.In0 ? mask * (1 - ly) * (1 - lx) : outside;
        weight1 = c.In1 ? mask * (1 - ly) * lx : outside;
        weight2 = c.In2 ? mask * ly * (1 - lx) : outside;
        weight3 = c.In3 ? mask * ly * lx : outside;
    }

    /// <summary>The sample at one kernel point of one output cell.</summary>
    /// <param name="g">Extents.</param>
    /// <param name="offset">(B,rows,columns,18).</param>
    /// <param name="mask">(B,rows,columns,9).</param>
    /// <param name="cell">The cell, counted over all images.</param>
    /// <param name="q">The kernel point.</param>
    public static SamplePoint At(DeformableColumns.Geometry g, float* offset, float* mask, int cell, int q) =>
        new(
            Corners.At(g, cell % g.Cells, q, offset + ((long)cell * 2 * DeformableSampling.Points)),
            mask[((long)cell * DeformableSampling.Points) + q]
        );

    /// <summary>Takes the sample.</summary>
    /// <param name="pixels">The image's first pixel, from the first channel to sample on.</param>
    /// <param name="stride">Floats from one pixel to the next.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="sample">Where the first sixteen channels go.</param>
    /// <param name="groupStride">Floats from there to where the next sixteen go.</param>
    public void Take(float* pixels, int stride, int channels, float* sample, int groupStride = Group)
    {
        float* p0 = pixels + ((long)pixel0 * stride),
            p1 = pixels + ((long)pixel1 * stride),
            p2 = pixels + ((long)pixel2 * stride),
            p3 = pixels + ((long)pixel3 * stride);
        float w0 = weight0,
            w1 = weight1,
            w2 = weight2,
            w3 = weight3;
        for (; channels >= Group; channels -= Group, sample += groupStride, p0 += Group, p1 += Group, p2 += Group, p3 += Group)
        {
            // As wide as the machine's vectors are: wider ones gained nothing with AVX-512, and are made of parts without.
            for (var i = 0; i < Group; i += Vector<float>.Count)
            {
                var sum = (Vector.Load(p0 + i) * w0) + (Vector.Load(p1 + i) * w1) + (Vector.Load(p2 + i) * w2) + (Vector.Load(p3 + i) * w3);
                sum.Store(sample + i);
            }
        }

        for (var i = 0; i < channels; i++)
        {
            sample[i] = (p0[i] * w0) + (p1[i] * w1) + (p2[i] * w2) + (p3[i] * w3);
        }
    }
}
