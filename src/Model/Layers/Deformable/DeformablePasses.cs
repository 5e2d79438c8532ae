using System.Runtime.Intrinsics;
using PPYolo.Model.Layers.Convolutions;

namespace PPYolo.Model.Layers.Deformable;

/// <summary>
/// The passes of <see cref="DeformableProduct"/>. Sums run over channels within a kernel point, then over kernel points; gradients of weights run over cells in their order: results do not depend on the number of threads.
/// </summary>
internal sealed unsafe class DeformablePasses(DeformableColumns.Geometry g, float* input, float* offset, float* mask, int outputs, int threads)
{
    private const int Points = DeformableConv.Points, Lanes = PanelProduct.Lanes, Rows = PanelProduct.Rows;

    /// <summary>Output cells that are computed at once: their samples at one kernel point, and a panel of the weight, stay in the second-level cache.</summary>
    private const int BlockCells = 48;

    /// <summary>Cells that gradients of weights are summed over at once: a panel's samples stay in the first-level cache, all outputs' gradients in the second.</summary>
    private const int DepthAtOnce = 128;

    private readonly int inputs = g.Channels;

    /// <summary>output = samples * weight.</summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="output">(B,K,rows,columns).</param>
    public void Forward(float* weight, float* output)
    {
        var shape = new PanelShape(outputs);
        using var packed = PackOutputs(weight, out var right);
        var blocks = TileBlocks.Of(g.Batch * g.Cells, BlockCells, threads);
        int cells = blocks.Longest, depth = inputs.PaddedTo(Lanes);
        Work.ForEach(blocks.Count, threads, () => new ScratchMemory((long)cells * depth, (long)cells * shape.Padded, depth), (block, scratch) =>
        {
            scratch.Reset();
            float* left = scratch.Take((long)cells * depth), product = scratch.Take((long)cells * shape.Padded), sample = scratch.Take(depth);
            var (first, count) = blocks[block];
            for (var q = 0; q < Points; q++)
            {
                for (var row = 0; row < count; row++)
                {
                    DeformableKernel.Sample(g, input, offset, mask, first + row, q, 0, inputs, sample);
                    ToLeft(sample, depth, left, row);
                }

                PanelProduct.MultiplyPanels(left, depth, right + (q * (long)inputs * shape.Padded), shape, count, inputs, product, add: q > 0);
            }

            Deal(product, shape.Padded, first, count, output);
        });
    }

    /// <summary>The gradients of input, offset and mask.</summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="gradient">(B,K,rows,columns).</param>
    /// <param name="gradInput">(B,H,W,C), 0.</param>
    /// <param name="gradOffset">(B,rows,columns,18).</param>
    /// <param name="gradMask">(B,rows,columns,9).</param>
    public void SamplesBackward(float* weight, float* gradient, float* gradInput, float* gradOffset, float* gradMask)
    {
        var shape = new PanelShape(inputs);
        using var packed = PackInputs(weight, out var right);
        var blocks = TileBlocks.Of(g.Cells, BlockCells, 1);
        int cells = blocks.Longest, depth = outputs.PaddedTo(Lanes);
        // Samples of one image add to the same pixels: images are the unit of parallel work.
        Work.ForEach(g.Batch, threads, () => new ScratchMemory((long)cells * depth, (long)cells * shape.Padded, Lanes * Lanes), (image, scratch) =>
        {
            scratch.Reset();
            float* left = scratch.Take((long)cells * depth), product = scratch.Take((long)cells * shape.Padded), turned = scratch.Take(Lanes * Lanes);
            for (var block = 0; block < blocks.Count; block++)
            {
                var (first, count) = blocks[block];
                var planes = gradient + ((long)image * outputs * g.Cells) + first;
                ToLeft(planes, count, left, depth, turned);

                for (var q = 0; q < Points; q++)
                {
                    PanelProduct.MultiplyPanels(left, depth, right + (q * (long)outputs * shape.Padded), shape, count, outputs, product, add: false);
                    for (var cell = 0; cell < count; cell++)
                    {
                        DeformableKernel.Scatter(
                            g, input, offset, mask, (image * g.Cells) + first + cell, q, product + ((long)cell * shape.Padded), gradInput, gradOffset, gradMask);
                    }
                }
            }
        });
    }

    /// <summary>The gradient of the weight.</summary>
    /// <param name="gradient">(B,K,rows,columns).</param>
    /// <param name="gradWeight">(K,C,3,3), which is written.</param>
    public void WeightBackward(float* gradient, float* gradWeight)
    {
        int cells = g.Batch * g.Cells, rows = outputs.PaddedTo(Rows);
        var depth = cells.PaddedTo(Lanes);
        var shape = new PanelShape(inputs);
        using var memory = new ScratchMemory((long)rows * depth);
        var left = memory.Take((long)rows * depth);
        Work.ForEach(rows, threads, () => new ScratchMemory(depth), (output, scratch) =>
        {
            scratch.Reset();
            var row = scratch.Take(depth);
            var exist = output < outputs ? cells : 0;
            new Span<float>(row + exist, depth - exist).Clear();
            for (var image = 0; image < g.Batch && exist > 0; image++)
            {
                new Span<float>(gradient + ((((long)image * outputs) + output) * g.Cells), g.Cells).CopyTo(new Span<float>(row + (image * g.Cells), g.Cells));
            }

            ToLeft(row, depth, left, output);
        });
        // A kernel point's sums for some panels of inputs: enough pieces for all threads, and few, since where samples fall is computed for each.
        var atOnce = (shape.Count + 3) / 4;
        var pieces = (shape.Count + atOnce - 1) / atOnce;
        using var sumMemory = new ScratchMemory((long)Points * rows * shape.Padded);
        var sums = sumMemory.Take((long)Points * rows * shape.Padded);
        Work.ForEach(Points * pieces, threads, () => new ScratchMemory((long)cells * atOnce * PanelProduct.Columns, shape.Padded), (piece, scratch) =>
        {
            scratch.Reset();
            float* right = scratch.Take((long)cells * atOnce * PanelProduct.Columns), sample = scratch.Take(shape.Padded);
            int q = piece / pieces, first = piece % pieces * atOnce, last = Math.Min(first + atOnce, shape.Count);
            int from = first * PanelProduct.Columns, count = Math.Min(last * PanelProduct.Columns, inputs) - from;
            new Span<float>(sample, shape.Padded).Clear();
            for (var cell = 0; cell < cells; cell++)
            {
                DeformableKernel.Sample(g, input, offset, mask, cell, q, from, count, sample);
                for (var panel = first; panel < last; panel++)
                {
                    int at = (panel - first) * PanelProduct.Columns, width = shape.Width(panel);
                    new Span<float>(sample + at, width).CopyTo(new Span<float>(right + ((long)at * cells) + ((long)cell * width), width));
                }
            }

            for (var depthFrom = 0; depthFrom < cells; depthFrom += DepthAtOnce)
            {
                for (var panel = first; panel < last; panel++)
                {
                    var width = shape.Width(panel);
                    for (var row = 0; row < rows; row += Rows)
                    {
                        PanelProduct.Multiply(
                            left + ((long)row * depth) + ((long)depthFrom * Rows),
                            right + ((long)(panel - first) * PanelProduct.Columns * cells) + ((long)depthFrom * width),
                            width,
                            Math.Min(DepthAtOnce, cells - depthFrom),
                            sums + (((((long)row * Points) + q) * shape.Padded) + (panel * PanelProduct.Columns)),
                            (long)Points * shape.Padded,
                            add: depthFrom > 0);
                    }
                }
            }
        });
        Work.ForEach(outputs, threads, output =>
        {
            float* from = sums + ((long)output * Points * shape.Padded), to = gradWeight + ((long)output * inputs * Points);
            for (var channel = 0; channel < inputs; channel++, to += Points)
            {
                for (var q = 0; q < Points; q++)
                {
                    to[q] = from[(q * shape.Padded) + channel];
                }
            }
        });
    }

    /// <summary>The weight as a right factor for each kernel point: a row for each input, a column for each output.</summary>
    private ScratchMemory PackOutputs(float* weight, out float* packed)
    {
        var shape = new PanelShape(outputs);
        long size = (long)inputs * shape.Padded, stride = inputs.PaddedTo(Lanes);
        var memory = new ScratchMemory(Points * size);
        var right = packed = memory.Take(Points * size);
        Work.ForEach(shape.Padded / Lanes, threads, () => new ScratchMemory(Lanes * Points * stride, Lanes * Lanes), (group, scratch) =>
        {
            scratch.Reset();
            float* taps = scratch.Take(Lanes * Points * stride), block = scratch.Take(Lanes * Lanes);
            for (var lane = 0; lane < Lanes; lane++)
            {
                SplitTaps(weight, (group * Lanes) + lane, taps + (lane * Points * stride), stride);
            }

            var panel = group * Lanes / PanelProduct.Columns;
            int first = panel * PanelProduct.Columns, width = shape.Width(panel);
            for (var q = 0; q < Points; q++)
            {
                var to = right + (q * size) + ((long)first * inputs) + ((group * Lanes) - first);
                for (var input = 0; input < inputs; input += Lanes)
                {
                    Interleaving.Transpose(taps + (q * stride) + input, Points * stride, block, Lanes);
                    for (var row = 0; row < Math.Min(Lanes, inputs - input); row++)
                    {
                        Vector512.Load(block + (row * Lanes)).Store(to + ((long)(input + row) * width));
                    }
                }
            }
        });
        return memory;
    }

    /// <summary>The weight as a right factor for each kernel point: a row for each output, a column for each input.</summary>
    private ScratchMemory PackInputs(float* weight, out float* packed)
    {
        var shape = new PanelShape(inputs);
        var size = (long)outputs * shape.Padded;
        var memory = new ScratchMemory(Points * size);
        var right = packed = memory.Take(Points * size);
        Work.ForEach(outputs, threads, () => new ScratchMemory((long)Points * shape.Padded), (output, scratch) =>
        {
            scratch.Reset();
            var taps = scratch.Take((long)Points * shape.Padded);
            SplitTaps(weight, output, taps, shape.Padded);
            for (var q = 0; q < Points; q++)
            {
                for (var panel = 0; panel < shape.Count; panel++)
                {
                    int first = panel * PanelProduct.Columns, width = shape.Width(panel);
                    new Span<float>(taps + ((long)q * shape.Padded) + first, width).CopyTo(new Span<float>(right + (q * size) + ((long)first * outputs) + ((long)output * width), width));
                }
            }
        });
        return memory;
    }

    /// <summary>One output's weights, a row of inputs for each kernel point; 0 where there is none.</summary>
    private void SplitTaps(float* weight, int output, float* taps, long stride)
    {
        var kernel = weight + ((long)output * inputs * Points);
        var exists = output < outputs ? inputs : 0;
        for (var input = 0; input < exists; input++, kernel += Points)
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

    /// <summary>A row of the left factor, padded to whole vectors, to where <see cref="PanelProduct"/> has it.</summary>
    private static void ToLeft(float* row, int depth, float* left, int index)
    {
        var to = left + ((long)(index - (index % Rows)) * depth) + (index % Rows * Lanes);
        for (var at = 0; at < depth; at += Lanes, to += Rows * Lanes)
        {
            Vector512.Load(row + at).Store(to);
        }
    }

    /// <summary>Cells of an image's maps as rows of the left factor.</summary>
    private void ToLeft(float* planes, int cells, float* left, int depth, float* turned)
    {
        for (var cell = 0; cell < cells; cell += Lanes)
        {
            for (var output = 0; output < outputs; output += Lanes)
            {
                var from = planes + ((long)output * g.Cells) + cell;
                int lanes = Math.Min(Lanes, cells - cell), depths = Math.Min(Lanes, outputs - output);
                if (lanes == Lanes && depths == Lanes)
                {
                    Interleaving.Transpose(from, g.Cells, turned, Lanes);
                }
                else
                {
                    for (var at = 0; at < lanes * depths; at++)
                    {
                        turned[(at % lanes * Lanes) + (at / lanes)] = from[(at / lanes * (long)g.Cells) + (at % lanes)];
                    }
                }

                for (var row = 0; row < lanes; row++)
                {
                    var index = cell + row;
                    Vector512.Load(turned + (row * Lanes)).Store(left + ((long)(index - (index % Rows)) * depth) + ((long)output * Rows) + (index % Rows * Lanes));
                }
            }
        }
    }

    /// <summary>Rows of a cell's outputs to maps.</summary>
    private void Deal(float* product, int stride, int first, int count, float* output)
    {
        for (var row = 0; row < count; row++)
        {
            var (image, cell) = Math.DivRem(first + row, g.Cells);
            var to = output + ((long)image * outputs * g.Cells) + cell;
            for (var channel = 0; channel < outputs; channel++)
            {
                to[(long)channel * g.Cells] = product[((long)row * stride) + channel];
            }
        }
    }
}
