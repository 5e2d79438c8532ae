using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// The pass of <see cref="DeformableProduct"/> that makes the weight's gradient, products of halves of outputs, cells and channels:
/// <see cref="SevenProducts"/>. Sums run over cells in their order: results do not depend on the number of threads.
/// </summary>
internal sealed unsafe class DeformableWeightPass(
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
    /// Terms of each half that gradients of weights are summed over at once: a panel's samples stay in the first-level cache.
    /// </summary>
    private const int DepthAtOnce = 128;

    /// <summary>
    /// Columns of a piece of the weight's gradient, three panels: for each piece the whole gradient passes by, of which a part stays in the
    /// second-level cache for all three.
    /// </summary>
    private const int PieceColumns = 3 * PanelProduct.Columns;

    private readonly int inputs = g.Channels;
    private readonly int halfInputs = SevenProducts.Half(g.Channels, Lanes),
        halfOutputs = SevenProducts.Half(outputs, Lanes);

    /// <summary>The gradient of the weight.</summary>
    /// <param name="gradient">(B,K,rows,columns).</param>
    /// <param name="gradWeight">(K,C,3,3), which is written.</param>
    public void Run(float* gradient, float* gradWeight)
    {
        int cells = g.Batch * g.Cells,
            halfCells = (cells + 1) / 2,
            depth = halfCells.PaddedTo(Lanes),
            columns = 2 * halfInputs;
        long leftSize = (long)halfOutputs * depth,
            sumsSize = 2L * halfOutputs * Points * columns;
        var shape = new PanelShape(halfInputs);
        using var memory = new ScratchMemory(
            SevenProducts.Count * leftSize,
            sumsSize,
            (long)Points * cells * sizeof(SamplePoint) / sizeof(float)
        );
        float* left = memory.Take(SevenProducts.Count * leftSize),
            sums = memory.Take(sumsSize);
        var samples = (SamplePoint*)memory.Take((long)Points * cells * sizeof(SamplePoint) / sizeof(float));
        Work.ForEach(
            Points,
            threads,
            q =>
            {
                for (var cell = 0; cell < cells; cell++)
                {
                    samples[(q * cells) + cell] = SamplePoint.At(g, offset, mask, cell, q);
                }
            }
        );
        PackGradient(gradient, cells, halfCells, depth, left);
        var pieces = (shape.Padded + PieceColumns - 1) / PieceColumns;
        const long rightSize = DepthAtOnce * PieceColumns;
        var productSize = (long)halfOutputs * PieceColumns;
        Work.ForEach(
            Points * pieces,
            threads,
            () => new ScratchMemory(SevenProducts.Count * rightSize, SevenProducts.Count * productSize),
            (piece, scratch) =>
            {
                scratch.Reset();
                float* right = scratch.Take(SevenProducts.Count * rightSize),
                    products = scratch.Take(SevenProducts.Count * productSize);
                var q = piece / pieces;
                var channel = piece % pieces * PieceColumns;
                var part = new PanelShape(Math.Min(PieceColumns, shape.Padded - channel));
                for (var from = 0; from < halfCells; from += DepthAtOnce)
                {
                    var terms = Math.Min(DepthAtOnce, halfCells - from);
                    for (var term = 0; term < terms; term++)
                    {
                        for (var half = 0; half < 2; half++)
                        {
                            var cell = (half * halfCells) + from + term;
                            SampleToRight(
                                cell < cells ? samples + (q * cells) + cell : null,
                                cell,
                                channel,
                                part,
                                terms,
                                term,
                                right,
                                rightSize,
                                half
                            );
                        }
                    }

                    SevenProducts.SumRight(right, rightSize, (long)terms * part.Padded);
                    SevenProducts.Multiply(
                        left + ((long)from * Rows),
                        leftSize,
                        depth,
                        right,
                        rightSize,
                        part,
                        halfOutputs,
                        terms,
                        products,
                        add: from > 0
                    );
                }

                SevenProducts.Combine(
                    products,
                    halfOutputs,
                    part.Padded,
                    sums + ((long)q * columns) + channel,
                    (long)Points * columns,
                    halfInputs
                );
            }
        );
        Work.ForEach(
            outputs,
            threads,
            output =>
            {
                float* from = sums + ((long)output * Points * columns),
                    to = gradWeight + ((long)output * inputs * Points);
                var channel = 0;
                for (; channel <= inputs - Lanes; channel += Lanes, to += Lanes * Points)
                {
                    Interleaving.JoinNine(from + channel, columns, to);
                }

                for (; channel < inputs; channel++, to += Points)
                {
                    for (var q = 0; q < Points; q++)
                    {
                        to[q] = from[(q * columns) + channel];
                    }
                }
            }
        );
    }

    /// <summary>
    /// Some channels of both halves, sampled at a cell, as a row of panels of the right factor; 0 where there is no sample.
    /// </summary>
    private void SampleToRight(
        SamplePoint* sample,
        int cell,
        int channel,
        PanelShape shape,
        int terms,
        int term,
        float* right,
        long size,
        int half
    )
    {
        for (var column = 0; column < 2; column++)
        {
            var quarter = right + (SevenProducts.RightQuarter(half, column) * size);
            for (var panel = 0; panel < shape.Count; panel++)
            {
                int first = panel * PanelProduct.Columns,
                    width = shape.Width(panel),
                    start = channel + first + (column * halfInputs);
                var exist = sample is null ? 0 : Math.Clamp(inputs - start, 0, width);
                var to = quarter + ((long)first * terms) + ((long)term * width);
                if (exist < width)
                {
                    new Span<float>(to, width).Clear();
                }

                if (exist > 0)
                {
                    sample->Take(input + (cell / g.Cells * g.ImageSize) + start, inputs, exist, to);
                }
            }
        }
    }

    /// <summary>The gradient as the left factor of the weight's: a row for each output, a term for each cell of all images.</summary>
    private void PackGradient(float* gradient, int cells, int halfCells, int depth, float* left)
    {
        var size = (long)halfOutputs * depth;
        Work.ForEach(
            halfOutputs / Rows,
            threads,
            () => new ScratchMemory(2L * Rows * depth),
            (block, scratch) =>
            {
                scratch.Reset();
                var rows = scratch.Take(2L * Rows * depth);
                for (var at = 0; at < 2 * Rows; at++)
                {
                    int half = at / Rows,
                        row = at % Rows,
                        output = (half * halfOutputs) + (block * Rows) + row;
                    var terms = rows + (2L * row * depth);
                    new Span<float>(terms, 2 * depth).Clear();
                    for (var image = 0; image < g.Batch && output < outputs; image++)
                    {
                        var from = new ReadOnlySpan<float>(gradient + ((((long)image * outputs) + output) * g.Cells), g.Cells);
                        // Terms from the second half on begin with a whole vector.
                        int first = image * g.Cells,
                            before = Math.Clamp(halfCells - first, 0, g.Cells);
                        from[..before].CopyTo(new Span<float>(terms + first, before));
                        from[before..].CopyTo(new Span<float>(terms + depth + (first + before - halfCells), g.Cells - before));
                    }

                    for (var second = 0; second < 2 && row == Rows - 1; second++)
                    {
                        var to = left + (SevenProducts.LeftQuarter(half, second) * size) + LeftFactor.Start(block * Rows, depth);
                        LeftFactor.Turn(rows + (second * depth), 2 * depth, depth, to);
                    }
                }

                SevenProducts.SumLeft(left + ((long)block * Rows * depth), size, (long)Rows * depth);
            }
        );
    }
}
