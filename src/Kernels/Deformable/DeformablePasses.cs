using System.Runtime.Intrinsics;
using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// The passes of <see cref="DeformableProduct"/>, products of halves of cells, channels and outputs: <see cref="SevenProducts"/>. Sums run
/// over channels within a kernel point, then over kernel points: results do not depend on the number of threads. Cells are halved within an
/// image, so that the others do not change its results. The weight's gradient is <see cref="DeformableWeightPass"/>'s.
/// </summary>
internal sealed unsafe class DeformablePasses(
    DeformableColumns.Geometry g,
    float* input,
    float* offset,
    float* mask,
    int outputs,
    int threads
)
{
    private const int Points = DeformableSampling.Points,
        Lanes = PanelProduct.Lanes,
        Rows = PanelProduct.Rows;

    /// <summary>
    /// Output cells of an image that are computed at once: for each such block the whole weight passes by, which is more than a cache
    /// holds, while samples and sums grow with it.
    /// </summary>
    private const int BlockCells = 96;

    /// <summary>The same where gradients of samples are computed: threads share out images anyway.</summary>
    private const int GradientCells = 192;

    private readonly int inputs = g.Channels;
    private readonly int halfInputs = SevenProducts.Half(g.Channels, Lanes),
        halfOutputs = SevenProducts.Half(outputs, Lanes);

    /// <summary>output = samples * weight.</summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="output">(B,K,rows,columns).</param>
    public void Forward(float* weight, float* output)
    {
        using var packed = new DeformableWeight(weight, inputs, outputs, threads).ForOutputs(out var right);
        var blocks = TileBlocks.Of(g.Cells, BlockCells, 1);
        int cells = blocks.Longest,
            columns = 2 * halfOutputs;
        long leftSize = (long)cells / 2 * halfInputs,
            rightSize = (long)halfInputs * halfOutputs,
            productSize = (long)cells / 2 * halfOutputs;
        Work.ForEach(
            g.Batch * blocks.Count,
            threads,
            () => new ScratchMemory(SevenProducts.Count * leftSize, SevenProducts.Count * productSize, (long)cells * columns),
            (piece, scratch) =>
            {
                scratch.Reset();
                float* left = scratch.Take(SevenProducts.Count * leftSize),
                    products = scratch.Take(SevenProducts.Count * productSize),
                    product = scratch.Take((long)cells * columns);
                var (image, block) = Math.DivRem(piece, blocks.Count);
                var (first, count) = blocks[block];
                var half = SevenProducts.Half(count, Rows);
                for (var q = 0; q < Points; q++)
                {
                    for (var row = 0; row < 2 * half; row++)
                    {
                        SampleToLeft(row < count ? (image * g.Cells) + first + row : null, q, left, leftSize, row / half, row % half);
                    }

                    SevenProducts.SumLeft(left, leftSize, (long)half * halfInputs);
                    SevenProducts.Multiply(
                        left,
                        leftSize,
                        halfInputs,
                        right + (q * SevenProducts.Count * rightSize),
                        rightSize,
                        new(halfOutputs),
                        half,
                        halfInputs,
                        products,
                        add: q > 0
                    );
                }

                SevenProducts.Combine(products, half, halfOutputs, product, columns, halfOutputs);
                Deal(product, columns, count, output + ((long)image * outputs * g.Cells) + first);
            }
        );
    }

    /// <summary>The gradients of input, offset and mask.</summary>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="gradient">(B,K,rows,columns).</param>
    /// <param name="gradInput">(B,H,W,C), 0.</param>
    /// <param name="gradOffset">(B,rows,columns,18).</param>
    /// <param name="gradMask">(B,rows,columns,9).</param>
    public void SamplesBackward(float* weight, float* gradient, float* gradInput, float* gradOffset, float* gradMask)
    {
        using var packed = new DeformableWeight(weight, inputs, outputs, threads).ForInputs(out var right);
        var blocks = TileBlocks.Of(g.Cells, GradientCells, 1);
        int cells = blocks.Longest,
            columns = 2 * halfInputs;
        long leftSize = (long)cells / 2 * halfOutputs,
            rightSize = (long)halfInputs * halfOutputs,
            productSize = (long)cells / 2 * halfInputs;
        // Samples of one image add to the same pixels: images are the unit of parallel work.
        Work.ForEach(
            g.Batch,
            threads,
            () => new ScratchMemory(SevenProducts.Count * leftSize, SevenProducts.Count * productSize, (long)cells * columns),
            (image, scratch) =>
            {
                scratch.Reset();
                float* left = scratch.Take(SevenProducts.Count * leftSize),
                    products = scratch.Take(SevenProducts.Count * productSize),
                    product = scratch.Take((long)cells * columns);
                for (var block = 0; block < blocks.Count; block++)
                {
                    var (first, count) = blocks[block];
                    var half = SevenProducts.Half(count, Rows);
                    GradientToLeft(gradient + ((long)image * outputs * g.Cells) + first, count, left, leftSize);
                    SevenProducts.SumLeft(left, leftSize, (long)half * halfOutputs);
                    for (var q = 0; q < Points; q++)
                    {
                        SevenProducts.Multiply(
                            left,
                            leftSize,
                            halfOutputs,
                            right + (q * SevenProducts.Count * rightSize),
                            rightSize,
                            new(halfInputs),
                            half,
                            halfOutputs,
                            products,
                            add: false
                        );
                        SevenProducts.Combine(products, half, halfInputs, product, columns, halfInputs);
                        for (var cell = 0; cell < count; cell++)
                        {
                            DeformableKernel.Scatter(
                                g,
                                input,
                                offset,
                                mask,
                                (image * g.Cells) + first + cell,
                                q,
                                product + ((long)cell * columns),
                                gradInput,
                                gradOffset,
                                gradMask
                            );
                        }
                    }
                }
            }
        );
    }

    /// <inheritdoc cref="DeformableWeightPass.Run" />
    public void WeightBackward(float* gradient, float* gradWeight) =>
        new DeformableWeightPass(g, input, offset, mask, outputs, threads).Run(gradient, gradWeight);

    /// <summary>The sample at a kernel point of a cell as a row of the left factor; 0 where there is no cell.</summary>
    private void SampleToLeft(int? cell, int q, float* left, long size, int half, int row)
    {
        var sample = cell is { } at ? SamplePoint.At(g, offset, mask, at, q) : default;
        var to = left + LeftFactor.Start(row, halfInputs);
        for (var depth = 0; depth < 2; depth++)
        {
            var quarter = to + (SevenProducts.LeftQuarter(half, depth) * size);
            var start = depth * halfInputs;
            var exist = cell is null ? 0 : Math.Clamp(inputs - start, 0, halfInputs);
            for (var blank = exist - (exist % Lanes); blank < halfInputs; blank += Lanes)
            {
                new Span<float>(quarter + (blank * Rows), Lanes).Clear();
            }

            if (exist > 0)
            {
                sample.Take(input + (cell!.Value / g.Cells * g.ImageSize) + start, inputs, exist, quarter, Rows * Lanes);
            }
        }
    }

    /// <summary>The gradient at cells of an image as rows of the left factor.</summary>
    private void GradientToLeft(float* planes, int cells, float* left, long size)
    {
        var turned = stackalloc float[Lanes * Lanes];
        var half = SevenProducts.Half(cells, Rows);
        for (var row = 0; row < half; row += Lanes)
        {
            for (var term = 0; term < halfOutputs; term += Lanes)
            {
                for (var quarter = 0; quarter < 4; quarter++)
                {
                    var (below, depth) = Math.DivRem(quarter, 2);
                    int cell = (below * half) + row,
                        output = (depth * halfOutputs) + term;
                    int lanes = Math.Clamp(cells - cell, 0, Lanes),
                        depths = Math.Clamp(outputs - output, 0, Lanes);
                    var from = planes + ((long)output * g.Cells) + cell;
                    if (lanes < Lanes || depths < Lanes)
                    {
                        new Span<float>(turned, Lanes * Lanes).Clear();
                    }

                    Interleaving.Transpose(from, g.Cells, turned, Lanes, depths, lanes);

                    var to = left + (SevenProducts.LeftQuarter(below, depth) * size) + ((long)term * Rows);
                    for (var lane = 0; lane < Math.Min(Lanes, half - row); lane++)
                    {
                        Vector512.Load(turned + (lane * Lanes)).Store(to + LeftFactor.Start(row + lane, halfOutputs));
                    }
                }
            }
        }
    }

    /// <summary>Rows of outputs, one for each of some cells of an image, to its maps.</summary>
    private void Deal(float* product, int stride, int cells, float* maps)
    {
        for (var row = 0; row < cells; row += Lanes)
        {
            for (var output = 0; output < outputs; output += Lanes)
            {
                float* from = product + ((long)row * stride) + output,
                    to = maps + ((long)output * g.Cells) + row;
                Interleaving.Transpose(from, stride, to, g.Cells, Math.Min(Lanes, cells - row), Math.Min(Lanes, outputs - output));
            }
        }
    }
}
