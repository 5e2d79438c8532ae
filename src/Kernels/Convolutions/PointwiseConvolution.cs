using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// A 1x1 convolution as a product of the kernels with the cells, a block of which stays in the second-level cache while all kernels pass
/// by. Sums run over channels in their order, whatever the number of images and threads.
/// </summary>
internal static unsafe class PointwiseConvolution
{
    private const int Lanes = PanelProduct.Lanes,
        Columns = PanelProduct.Columns;

    /// <summary>Floats of a block of cells, half a megabyte.</summary>
    private const int BlockSize = 1 << 17;

    /// <summary>Outputs whose product with a panel is computed at once: it stays in the first-level cache.</summary>
    private const int OutputsAtOnce = 64;

    /// <summary>output = kernels * input.</summary>
    /// <param name="input">The C channels of the input.</param>
    /// <param name="kernels">K x C, as <see cref="LeftFactor"/>.</param>
    /// <param name="output">(B,K,H,W).</param>
    /// <param name="grid">The maps' extents.</param>
    /// <param name="outputs">K.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Apply(MapPlanes input, float* kernels, float* output, TileGrid grid, int outputs, int threads)
    {
        int inputs = input.Count,
            cells = (int)grid.Cells;
        var blocks = TileBlocks.Of(grid.Batch * cells, Math.Clamp(BlockSize / inputs / Columns, 1, 16) * Columns, threads);
        Work.ForEach(
            blocks.Count,
            threads,
            () => new ScratchMemory((long)inputs * blocks.Longest, blocks.Longest + Lanes, OutputsAtOnce * Columns),
            (block, scratch) =>
            {
                scratch.Reset();
                float* right = scratch.Take((long)inputs * blocks.Longest),
                    stage = scratch.Take(blocks.Longest + Lanes),
                    product = scratch.Take(OutputsAtOnce * Columns);
                var (first, count) = blocks[block];
                var shape = new PanelShape(count);
                for (var channel = 0; channel < inputs; channel++)
                {
                    ToPanels(Gather(input, channel, cells, first, count, stage), cells, shape, inputs, channel, right);
                }

                for (var row = 0; row < outputs; row += OutputsAtOnce)
                {
                    var left = kernels + (row * (long)inputs.PaddedTo(Lanes));
                    var rows = Math.Min(OutputsAtOnce, outputs - row);
                    for (var panel = 0; panel < shape.Count; panel++)
                    {
                        int column = panel * Columns,
                            width = shape.Width(panel);
                        var to = output + ((long)row * cells);
                        for (var at = 0; at < rows; at++)
                        {
                            FetchRun(Place(to + ((long)at * cells), (long)outputs * cells, cells, first + column), width);
                        }

                        PanelProduct.MultiplyPanel(
                            left,
                            inputs.PaddedTo(Lanes),
                            right + ((long)column * inputs),
                            width,
                            rows,
                            inputs,
                            product,
                            width,
                            add: false
                        );
                        for (var at = 0; at < rows; at++)
                        {
                            Scatter(
                                product + (at * width),
                                Math.Min(width, count - column),
                                to + ((long)at * cells),
                                (long)outputs * cells,
                                cells,
                                first + column
                            );
                        }
                    }
                }
            }
        );
    }

    /// <summary>A channel's cells in a row that can be read in whole vectors; what follows the last is any number.</summary>
    private static float* Gather(MapPlanes map, int channel, int cells, int first, int count, float* stage)
    {
        var (image, cell) = Math.DivRem(first, cells);
        var plane = map[image, channel] + cell;
        if (cell + count <= cells && plane + count.PaddedTo(Lanes) <= map.End(channel))
        {
            return plane;
        }

        for (var done = 0; done < count; image++, cell = 0)
        {
            var run = Math.Min(cells - cell, count - done);
            new Span<float>(map[image, channel] + cell, run).CopyTo(new Span<float>(stage + done, run));
            done += run;
        }

        return stage;
    }

    private static void ToPanels(float* row, int next, PanelShape shape, int inputs, int channel, float* panels)
    {
        for (var panel = 0; panel < shape.Count; panel++)
        {
            int column = panel * Columns,
                width = shape.Width(panel);
            var to = panels + ((long)column * inputs) + ((long)channel * width);
            for (var lane = 0; lane < width; lane += Lanes)
            {
                Prefetch.Line(row + column + lane + next);
                Vector512.Load(row + column + lane).Store(to + lane);
            }
        }
    }

    /// <summary>Where a cell, counted over all images, is in a channel's maps.</summary>
    private static float* Place(float* channel, long imageSize, int cells, int cell)
    {
        var (image, rest) = Math.DivRem(cell, cells);
        return channel + (image * imageSize) + rest;
    }

    private static void FetchRun(float* from, int count)
    {
        for (var end = from + count; from < end; from += Lanes)
        {
            Prefetch.Line(from);
        }
    }

    /// <summary>One row of a product to the images it belongs to.</summary>
    private static void Scatter(float* row, int count, float* channel, long imageSize, int cells, int first)
    {
        var (image, cell) = Math.DivRem(first, cells);
        var to = channel + (image * imageSize) + cell;
        if (count == Columns && cell + count <= cells)
        {
            for (var lane = 0; lane < Columns; lane += Lanes)
            {
                Vector512.Load(row + lane).Store(to + lane);
            }

            return;
        }

        for (; count > 0; image++, cell = 0)
        {
            var run = Math.Min(cells - cell, count);
            new Span<float>(row, run).CopyTo(new Span<float>(channel + (image * imageSize) + cell, run));
            row += run;
            count -= run;
        }
    }
}
