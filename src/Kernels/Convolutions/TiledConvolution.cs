using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// The passes of a 3x3 convolution, stride 1 and padding 1, by Winograd's F(2x2,3x3) (Lavin and Gray, arXiv:1509.09308): sixteen products
/// for four results where the definition needs 36. A block of tiles is transformed, multiplied and transformed back while it is in the
/// cache. A tile's numbers do not depend on the block it is in, nor on the images beside it.
/// </summary>
internal static unsafe class TiledConvolution
{
    private const int Points = 16,
        Lanes = PanelProduct.Lanes;

    /// <summary>
    /// Tiles of a block, unless there are few: two panels, so that their transforms, and the products of
    /// <see cref="OutputsAtOnce"/>, stay in the second-level cache.
    /// </summary>
    private const int BlockTiles = 2 * PanelProduct.Columns;

    private const int OutputsAtOnce = 64;

    /// <summary>output = input * kernels.</summary>
    /// <param name="input">The C channels of the input.</param>
    /// <param name="points">Sixteen matrices of K x C from <see cref="KernelTransform"/>.</param>
    /// <param name="output">(B,K,H,W).</param>
    /// <param name="grid">The maps' tiles.</param>
    /// <param name="outputs">K.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Apply(MapPlanes input, float* points, float* output, TileGrid grid, int outputs, int threads)
    {
        var inputs = input.Count;
        // Where threads have two blocks at most, a slower one keeps the others waiting for long.
        var isFew = threads > 1 && 2 * grid.Count < 5 * threads * BlockTiles;
        var blocks = TileBlocks.Of(grid.Count, isFew ? BlockTiles / 2 : BlockTiles, threads);
        int tiles = blocks.Longest,
            stage = tiles + Lanes;
        Work.ForEach(
            blocks.Count,
            threads,
            () =>
                new ScratchMemory(
                    (long)Points * inputs * tiles,
                    ((long)Points * OutputsAtOnce * tiles) + Lanes,
                    Points * stage,
                    InputTransform.Scratch(grid)
                ),
            (block, scratch) =>
            {
                scratch.Reset();
                var (first, count) = blocks[block];
                var shape = new PanelShape(count);
                var right = scratch.Take((long)Points * inputs * tiles);
                var product = scratch.Take(((long)Points * OutputsAtOnce * tiles) + Lanes);
                float* stages = scratch.Take(Points * stage),
                    zeros = scratch.Take(InputTransform.Scratch(grid));
                for (var channel = 0; channel < inputs; channel++)
                {
                    InputTransform.Apply(input, grid, channel, first, count, stages, stage, zeros);
                    ToPanels(stages, stage, shape, inputs, channel, right);
                }

                for (var from = 0; from < outputs; from += OutputsAtOnce)
                {
                    var at = Math.Min(OutputsAtOnce, outputs - from);
                    for (var channel = 0; channel < at; channel++)
                    {
                        OutputTransform.Fetch(output, grid, outputs, from + channel, first, count);
                    }

                    Multiply(points, right, product, shape, inputs, outputs, from, at);
                    for (var channel = 0; channel < at; channel++)
                    {
                        OutputTransform.Apply(
                            product + ((long)channel * shape.Padded),
                            (long)OutputsAtOnce * shape.Padded,
                            output,
                            grid,
                            outputs,
                            from + channel,
                            first,
                            count
                        );
                    }
                }
            }
        );
    }

    /// <summary>One channel's points into panels; tiles that only fill the last vector are 0.</summary>
    private static void ToPanels(float* stages, int stage, PanelShape shape, int channels, int channel, float* panels)
    {
        for (var point = 0; point < Points; point++, stages += stage, panels += (long)channels * shape.Padded)
        {
            new Span<float>(stages + shape.Columns, shape.Padded - shape.Columns).Clear();
            for (var panel = 0; panel < shape.Count; panel++)
            {
                var width = shape.Width(panel);
                var from = panel * PanelProduct.Columns;
                var row = panels + ((long)from * channels) + (channel * width);
                for (var lane = 0; lane < width; lane += Lanes)
                {
                    Vector512.Load(stages + from + lane).Store(row + lane);
                }
            }
        }
    }

    private static void Multiply(float* left, float* right, float* product, PanelShape shape, int inputs, int outputs, int from, int count)
    {
        var size = LeftFactor.Size(outputs, inputs);
        long depth = inputs.PaddedTo(Lanes);
        for (
            var point = 0;
            point < Points;
            point++, left += size, right += (long)inputs * shape.Padded, product += (long)OutputsAtOnce * shape.Padded
        )
        {
            PanelProduct.MultiplyPanels(left + (from * depth), depth, right, shape, count, inputs, product, add: false);
        }
    }
}
