using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// The gradient of the kernels of <see cref="TiledConvolution"/>: inputs' points times gradients' points, summed over all tiles,
/// transformed back. Tiles come in chunks that fit into the last-level cache; sums run over a chunk's tiles in their order, then over
/// chunks, whatever the number of threads.
/// </summary>
internal static unsafe class TiledWeightGradient
{
    private const int Points = 16,
        Lanes = PanelProduct.Lanes,
        Rows = PanelProduct.Rows;

    private const int ChunkTiles = 416;

    /// <summary>Points of gradients of kernels that are summed at once, 8 MB.</summary>
    private const int SumsAtOnce = 1 << 21;

    private const int RowsOfAPiece = 64;

    /// <summary>Computes the gradient.</summary>
    /// <param name="input">The C channels of the input.</param>
    /// <param name="gradient">The K channels of the output's gradient.</param>
    /// <param name="weightGradient">(K,C,3,3), which is written.</param>
    /// <param name="grid">The maps' tiles.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Compute(MapPlanes input, MapPlanes gradient, float* weightGradient, TileGrid grid, int threads)
    {
        int inputs = input.Count,
            outputs = gradient.Count;
        var shape = new PanelShape(inputs);
        var atOnce = Math.Min(outputs, Math.Max(Rows, SumsAtOnce / (Points * shape.Padded) / Rows * Rows)).PaddedTo(Rows);
        var chunks = TileBlocks.Of(grid.Count, ChunkTiles, 1);
        long depth = chunks.Longest,
            leftSize = atOnce * depth,
            rightSize = shape.Padded * depth,
            sumSize = (long)atOnce * shape.Padded;
        using var memory = new ScratchMemory(Points * leftSize, Points * rightSize, Points * sumSize);
        float* left = memory.Take(Points * leftSize),
            right = memory.Take(Points * rightSize),
            sums = memory.Take(Points * sumSize);
        for (var from = 0; from < outputs; from += atOnce)
        {
            var count = Math.Min(atOnce, outputs - from);
            for (var chunk = 0; chunk < chunks.Count; chunk++)
            {
                var (first, tiles) = chunks[chunk];
                // With one chunk the inputs' points are still there from the rows before.
                if (from == 0 || chunks.Count > 1)
                {
                    TransformInputs(input, grid, first, tiles, right, rightSize, threads);
                }

                TransformGradients(gradient, grid, from, count, first, tiles, left, leftSize, threads);
                var add = chunk > 0;
                Work.ForEach(
                    Points * Pieces(count),
                    threads,
                    piece =>
                    {
                        int point = piece / Pieces(count),
                            row = piece % Pieces(count) * RowsOfAPiece;
                        long leftDepth = tiles.PaddedTo(Lanes);
                        PanelProduct.MultiplyPanels(
                            left + (point * leftSize) + (row * leftDepth),
                            leftDepth,
                            right + (point * rightSize),
                            shape,
                            Math.Min(RowsOfAPiece, count - row),
                            tiles,
                            sums + (point * sumSize) + ((long)row * shape.Padded),
                            add
                        );
                    }
                );
            }

            Work.ForEach(
                count,
                threads,
                row =>
                    KernelTransform.Back(
                        sums + ((long)row * shape.Padded),
                        sumSize,
                        inputs,
                        weightGradient + ((long)(from + row) * inputs * 9)
                    )
            );
        }
    }

    private static int Pieces(int rows) => (rows + RowsOfAPiece - 1) / RowsOfAPiece;

    /// <summary>Inputs' points as right factors: a row for each tile, channels in panels.</summary>
    private static void TransformInputs(MapPlanes input, TileGrid grid, int first, int tiles, float* right, long size, int threads)
    {
        var inputs = input.Count;
        var shape = new PanelShape(inputs);
        int padded = tiles.PaddedTo(Lanes),
            stride = padded + Lanes;
        Work.ForEach(
            shape.Padded / Lanes,
            threads,
            () => new ScratchMemory((long)Points * Lanes * stride, Lanes * Lanes, InputTransform.Scratch(grid)),
            (group, scratch) =>
            {
                scratch.Reset();
                float* stages = scratch.Take((long)Points * Lanes * stride),
                    last = scratch.Take(Lanes * Lanes),
                    zeros = scratch.Take(InputTransform.Scratch(grid));
                for (var lane = 0; lane < Lanes; lane++)
                {
                    // Points of one channel are sixteen rows apart: each point has its channels together.
                    var at = stages + ((long)lane * stride);
                    if ((group * Lanes) + lane < inputs)
                    {
                        InputTransform.Apply(input, grid, (group * Lanes) + lane, first, tiles, at, Lanes * stride, zeros);
                    }
                    else
                    {
                        for (var point = 0; point < Points; point++)
                        {
                            new Span<float>(at + ((long)point * Lanes * stride), padded).Clear();
                        }
                    }
                }

                var panel = group * Lanes / PanelProduct.Columns;
                var width = shape.Width(panel);
                for (var point = 0; point < Points; point++)
                {
                    var to =
                        right
                        + (point * size)
                        + ((long)panel * PanelProduct.Columns * tiles)
                        + ((group * Lanes) - (panel * PanelProduct.Columns));
                    for (var tile = 0; tile < tiles; tile += Lanes)
                    {
                        var from = stages + ((long)point * Lanes * stride) + tile;
                        var lanes = Math.Min(Lanes, tiles - tile);
                        if (lanes == Lanes)
                        {
                            Interleaving.Transpose(from, stride, to + ((long)tile * width), width);
                            continue;
                        }

                        Interleaving.Transpose(from, stride, last, Lanes);
                        for (var row = 0; row < lanes; row++)
                        {
                            new Span<float>(last + (row * Lanes), Lanes).CopyTo(new Span<float>(to + ((long)(tile + row) * width), Lanes));
                        }
                    }
                }
            }
        );
    }

    /// <summary>Gradients' points as left factors: a row for each output, as deep as there are tiles.</summary>
    private static void TransformGradients(
        MapPlanes gradient,
        TileGrid grid,
        int from,
        int count,
        int first,
        int tiles,
        float* left,
        long size,
        int threads
    )
    {
        int padded = tiles.PaddedTo(Lanes),
            stride = padded + Lanes;
        Work.ForEach(
            count.PaddedTo(Rows) / Rows,
            threads,
            () => new ScratchMemory((long)Points * Rows * stride, GradientTransform.Scratch(grid)),
            (block, scratch) =>
            {
                scratch.Reset();
                float* stages = scratch.Take((long)Points * Rows * stride),
                    zeros = scratch.Take(GradientTransform.Scratch(grid));
                for (var row = 0; row < Rows; row++)
                {
                    // Points of one output are eight rows apart: each point has its outputs together.
                    var at = stages + ((long)row * stride);
                    if ((block * Rows) + row < count)
                    {
                        GradientTransform.Apply(gradient, grid, from + (block * Rows) + row, first, tiles, at, Rows * stride, zeros);
                    }
                    else
                    {
                        for (var point = 0; point < Points; point++)
                        {
                            new Span<float>(at + ((long)point * Rows * stride), padded).Clear();
                        }
                    }
                }

                var to = left + LeftFactor.Start(block * Rows, padded);
                for (var point = 0; point < Points; point++)
                {
                    LeftFactor.Turn(stages + ((long)point * Rows * stride), stride, tiles, to + (point * size));
                }
            }
        );
    }
}
