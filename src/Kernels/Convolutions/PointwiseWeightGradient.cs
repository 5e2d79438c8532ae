using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// The gradient of the kernels of <see cref="PointwiseConvolution"/>: gradients times inputs, summed over all cells: over runs of an
/// image's cells in their order, then over images, whatever the number of threads.
/// </summary>
internal static unsafe class PointwiseWeightGradient
{
    private const int Rows = PanelProduct.Rows,
        Lanes = PanelProduct.Lanes,
        Columns = PanelProduct.Columns;

    /// <summary>Cells that are summed over at once, so that a piece's factors stay in the second-level cache.</summary>
    private const int RunCells = 256;

    /// <summary>A piece's largest extents.</summary>
    private const int RowsOfAPiece = 512,
        PanelsOfAPiece = 8;

    /// <summary>Computes the gradient.</summary>
    /// <param name="input">The C channels of the input.</param>
    /// <param name="gradient">The K channels of the output's gradient.</param>
    /// <param name="weightGradient">(K,C), which is written.</param>
    /// <param name="grid">The maps' extents.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Compute(MapPlanes input, MapPlanes gradient, float* weightGradient, TileGrid grid, int threads)
    {
        int inputs = input.Count,
            outputs = gradient.Count,
            panels = new PanelShape(inputs).Count;
        // Pieces as equal as can be, and at least one for each thread.
        var across = Math.Max((panels + PanelsOfAPiece - 1) / PanelsOfAPiece, Math.Min(panels, threads));
        var down = Math.Max((outputs + RowsOfAPiece - 1) / RowsOfAPiece, (threads + across - 1) / across);
        int panelsAtOnce = (panels + across - 1) / across,
            rowsAtOnce = ((outputs + down - 1) / down).PaddedTo(Rows);
        across = (panels + panelsAtOnce - 1) / panelsAtOnce;
        down = (outputs + rowsAtOnce - 1) / rowsAtOnce;
        var runs = TileBlocks.Of((int)grid.Cells, RunCells, 1);
        long depth = runs.Longest,
            width = panelsAtOnce * Columns;
        Work.ForEach(
            across * down,
            threads,
            () => new ScratchMemory(rowsAtOnce * depth, width * depth, rowsAtOnce * width, 2 * Lanes * Lanes),
            (piece, scratch) =>
            {
                scratch.Reset();
                float* left = scratch.Take(rowsAtOnce * depth),
                    right = scratch.Take(width * depth),
                    sums = scratch.Take(rowsAtOnce * width),
                    turned = scratch.Take(2 * Lanes * Lanes);
                int firstRow = piece / across * rowsAtOnce,
                    rows = Math.Min(rowsAtOnce, outputs - firstRow);
                int firstColumn = piece % across * panelsAtOnce * Columns,
                    columns = Math.Min((int)width, inputs - firstColumn);
                var shape = new PanelShape(columns);
                for (var image = 0; image < grid.Batch; image++)
                {
                    for (var run = 0; run < runs.Count; run++)
                    {
                        var (first, count) = runs[run];
                        for (var row = 0; row < rows; row += Rows)
                        {
                            LeftFactor.PackBlock(
                                gradient[image, firstRow + row] + first,
                                Math.Min(Rows, rows - row),
                                count,
                                grid.Cells,
                                1,
                                left + ((long)row * count.PaddedTo(Lanes))
                            );
                        }

                        for (var group = 0; group < shape.Padded; group += Lanes)
                        {
                            ToPanel(
                                input,
                                grid,
                                image,
                                firstColumn + group,
                                Math.Min(Lanes, columns - group),
                                first,
                                count,
                                right,
                                shape,
                                group,
                                turned
                            );
                        }

                        PanelProduct.MultiplyPanels(left, count.PaddedTo(Lanes), right, shape, rows, count, sums, add: image + run > 0);
                    }
                }

                for (var row = 0; row < rows; row++)
                {
                    new Span<float>(sums + ((long)row * shape.Padded), columns).CopyTo(
                        new Span<float>(weightGradient + ((long)(firstRow + row) * inputs) + firstColumn, columns)
                    );
                }
            }
        );
    }

    /// <summary>Some cells of sixteen channels as a part of the right factor: a row for each cell, columns that do not exist 0.</summary>
    private static void ToPanel(
        MapPlanes map,
        TileGrid grid,
        int image,
        int channel,
        int channels,
        int first,
        int count,
        float* right,
        PanelShape shape,
        int group,
        float* turned
    )
    {
        int panel = group / Columns,
            width = shape.Width(panel);
        var to = right + ((long)panel * Columns * count) + (group - (panel * Columns));
        var stage = turned + (Lanes * Lanes);
        var together = channels == Lanes && map.Neighbours(channel) >= Lanes;
        var plane = map[image, channel] + first;
        for (var cell = 0; cell < count; cell += Lanes)
        {
            var cells = Math.Min(Lanes, count - cell);
            if (together && cells == Lanes)
            {
                Interleaving.Transpose(plane + cell, grid.Cells, to + ((long)cell * width), width);
                continue;
            }

            new Span<float>(stage, Lanes * Lanes).Clear();
            for (var lane = 0; lane < channels; lane++)
            {
                new Span<float>(map[image, channel + lane] + first + cell, cells).CopyTo(new Span<float>(stage + (lane * Lanes), cells));
            }

            Interleaving.Transpose(stage, Lanes, turned, Lanes);
            for (var row = 0; row < cells; row++)
            {
                Vector512.Load(turned + (row * Lanes)).Store(to + ((long)(cell + row) * width));
            }
        }
    }
}
