using System.Runtime.Intrinsics;
using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// The weight of a deformable convolution, (K,C,3,3), as the right factors of <see cref="DeformablePasses"/>: for each kernel point the
/// blocks of <see cref="SevenProducts"/>.
/// </summary>
internal sealed unsafe class DeformableWeight(float* weight, int inputs, int outputs, int threads)
{
    private const int Points = DeformableSampling.Points,
        Lanes = PanelProduct.Lanes;

    private readonly int halfInputs = SevenProducts.Half(inputs, Lanes),
        halfOutputs = SevenProducts.Half(outputs, Lanes);

    /// <summary>The weight as a right factor for each kernel point: a row for each input, a column for each output.</summary>
    /// <param name="packed">Seven blocks for each kernel point; they live as long as what is returned.</param>
    public ScratchMemory ForOutputs(out float* packed)
    {
        long size = (long)halfInputs * halfOutputs,
            stride = 2L * halfInputs,
            taps = Lanes * Points * stride;
        var shape = new PanelShape(halfOutputs);
        var memory = new ScratchMemory(Points * SevenProducts.Count * size);
        var right = packed = memory.Take(Points * SevenProducts.Count * size);
        Work.ForEach(
            halfOutputs / Lanes,
            threads,
            () => new ScratchMemory(2 * taps, Lanes * Lanes),
            (group, scratch) =>
            {
                scratch.Reset();
                float* split = scratch.Take(2 * taps),
                    block = scratch.Take(Lanes * Lanes);
                for (var lane = 0; lane < 2 * Lanes; lane++)
                {
                    SplitTaps((lane / Lanes * halfOutputs) + (group * Lanes) + (lane % Lanes), split + (lane * Points * stride), stride);
                }

                var panel = group * Lanes / PanelProduct.Columns;
                int first = panel * PanelProduct.Columns,
                    width = shape.Width(panel);
                for (var q = 0; q < Points; q++)
                {
                    var to = right + (q * SevenProducts.Count * size) + ((long)first * halfInputs) + ((group * Lanes) - first);
                    for (var row = 0; row < halfInputs; row += Lanes)
                    {
                        for (var quarter = 0; quarter < 4; quarter++)
                        {
                            var (depth, column) = Math.DivRem(quarter, 2);
                            Interleaving.Transpose(
                                split + (column * taps) + (q * stride) + (depth * halfInputs) + row,
                                Points * stride,
                                block,
                                Lanes
                            );
                            var at = to + (SevenProducts.RightQuarter(depth, column) * size) + ((long)row * width);
                            for (var lane = 0; lane < Lanes; lane++)
                            {
                                Vector512.Load(block + (lane * Lanes)).Store(at + ((long)lane * width));
                            }
                        }

                        for (var lane = 0; lane < Lanes; lane++)
                        {
                            SevenProducts.SumRight(to + ((long)(row + lane) * width), size, Lanes);
                        }
                    }
                }
            }
        );
        return memory;
    }

    /// <summary>The weight as a right factor for each kernel point: a row for each output, a column for each input.</summary>
    /// <param name="packed">Seven blocks for each kernel point; they live as long as what is returned.</param>
    public ScratchMemory ForInputs(out float* packed)
    {
        var shape = new PanelShape(halfInputs);
        long size = (long)halfInputs * halfOutputs,
            stride = 2L * halfInputs;
        var memory = new ScratchMemory(Points * SevenProducts.Count * size);
        var right = packed = memory.Take(Points * SevenProducts.Count * size);
        Work.ForEach(
            halfOutputs,
            threads,
            () => new ScratchMemory(2 * Points * stride),
            (output, scratch) =>
            {
                scratch.Reset();
                var taps = scratch.Take(2 * Points * stride);
                SplitTaps(output, taps, stride);
                SplitTaps(output + halfOutputs, taps + (Points * stride), stride);
                for (var q = 0; q < Points; q++)
                {
                    for (var panel = 0; panel < shape.Count; panel++)
                    {
                        int first = panel * PanelProduct.Columns,
                            width = shape.Width(panel);
                        var to = right + (q * SevenProducts.Count * size) + ((long)first * halfOutputs) + ((long)output * width);
                        for (var quarter = 0; quarter < 4; quarter++)
                        {
                            var (depth, column) = Math.DivRem(quarter, 2);
                            var from = taps + (((depth * Points) + q) * stride) + (column * halfInputs) + first;
                            new Span<float>(from, width).CopyTo(
                                new Span<float>(to + (SevenProducts.RightQuarter(depth, column) * size), width)
                            );
                        }

                        SevenProducts.SumRight(to, size, width);
                    }
                }
            }
        );
        return memory;
    }

    /// <summary>One output's weights, a row of inputs for each kernel point; 0 where there is none.</summary>
    private void SplitTaps(int output, float* taps, long stride)
    {
        var kernel = weight + ((long)output * inputs * Points);
        var exists = output < outputs ? inputs : 0;
        var input = 0;
        for (; input <= exists - Lanes; input += Lanes, kernel += Lanes * Points)
        {
            Interleaving.SplitNine(kernel, Points, taps + input, stride);
        }

        for (; input < exists; input++, kernel += Points)
        {
            for (var q = 0; q < Points; q++)
            {
                taps[(q * stride) + input] = kernel[q];
            }
        }

        for (var q = 0; q < Points; q++)
        {
            new Span<float>(taps + (q * stride) + exists, (int)stride - exists).Clear();
        }
    }
}
