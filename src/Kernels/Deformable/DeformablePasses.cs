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
            () =>
                new ScratchMemory(
                    SevenProducts.Count * leftSize,
                    SevenProducts.Count * productSize,
                    (long)cells * columns,
                    Rows * halfInputs
                ),
            (piece, scratch) =>
            {
                scratch.Reset();
                float* left = scratch.Take(SevenProducts.Count * leftSize),
                    products = scratch.Take(SevenProducts.Count * productSize),
                    product = scratch.Take((long)cells * columns),
                    samples = scratch.Take(Rows * halfInputs);
                var (image, block) = Math.DivRem(piece, blocks.Count);
                var (first, count) = blocks[block];
                var half = SevenProducts.Half(count, Rows);
                for (var q = 0; q < Points; q++)
                {
                    for (var row = 0; row < 2 * half; row += Rows)
                    {
                        SamplesToLeft((image * g.Cells) + first + row, count - row, q, samples, left, leftSize, row / half, row % half);
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

    /// <summary>The samples at a kernel point of eight cells as a block of the left factor; 0 where there is no cell.</summary>
    private void SamplesToLeft(int cell, int cells, int q, float* samples, float* left, long size, int half, int row)
    {
        for (var depth = 0; depth < 2; depth++)
        {
            var start = depth * halfInputs;
            for (var lane = 0; lane < Rows; lane++)
            {
                var exist = lane < cells ? Math.Clamp(inputs - start, 0, halfInputs) : 0;
                var sample = samples + (lane * halfInputs);
                new Span<float>(sample + exist, halfInputs - exist).Clear();
                if (exist > 0)
                {
                    SamplePoint
                        .At(g, offset, mask, cell + lane, q)
                        .Take(input + (cell / g.Cells * g.ImageSize) + start, inputs, exist, sample);
                }
            }

            var to = left + (SevenProducts.LeftQuarter(half, depth) * size) + LeftFactor.Start(row, halfInputs);
            LeftFactor.Turn(samples, halfInputs, halfInputs, to);
        }
    }

    /// <summary>The gradient at cells of an image as rows of the left factor; 0 where there is no cell or output.</summary>
    private void GradientToLeft(float* planes, int cells, float* left, long size)
    {
        var half = SevenProducts.Half(cells, Rows);
        for (var row = 0; row < half; row += Rows)
        {
            for (var quarter = 0; quarter < 4; quarter++)
            {
                var (below, depth) = Math.DivRem(quarter, 2);
                int cell = (below * half) + row,
                    output = depth * halfOutputs;
                int rows = Math.Clamp(cells - cell, 0, Rows),
                    depths = Math.Clamp(outputs - output, 0, halfOutputs);
                var to = left + (SevenProducts.LeftQuarter(below, depth) * size) + LeftFactor.Start(row, halfOutputs);
                LeftFactor.PackBlock(planes + ((long)output * g.Cells) + cell, rows, depths, 1, g.Cells, to);
                new Span<float>(to + (depths * Rows), (halfOutputs - depths) * Rows).Clear();
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
