using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>A'mA of Winograd's F(2x2,3x3): the 2x2 cells of each tile of one channel, from its sixteen points.</summary>
internal static unsafe class OutputTransform
{
    /// <summary>Floats of the scratch memory for <paramref name="tiles"/>, a multiple of sixteen: two rows of cells.</summary>
    public static int Scratch(int tiles) => 4 * tiles;

    /// <summary>Transforms tiles of one channel.</summary>
    /// <param name="points">Sixteen rows of points.</param>
    /// <param name="stride">Floats from one of these rows to the next.</param>
    /// <param name="map">(B,C,H,W), whose cells of these tiles are written.</param>
    /// <param name="grid">The map's tiles.</param>
    /// <param name="channels">C.</param>
    /// <param name="channel">Which.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Memory of <see cref="Scratch"/> floats.</param>
    public static void Apply(float* points, long stride, float* map, TileGrid grid, int channels, int channel, int first, int count, float* scratch)
    {
        float* upper = scratch, lower = scratch + (2 * count.PaddedTo(PanelProduct.Lanes));
        Combine(points, stride, count, upper, lower);
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            var column = 2 * run.Column;
            var bytes = (uint)(Math.Min(2 * run.Count, grid.Width - column) * sizeof(float));
            var cells = map + ((((long)run.Image * channels) + channel) * grid.Cells) + (2L * run.Row * grid.Width) + column;
            Unsafe.CopyBlockUnaligned(cells, upper + (2 * done), bytes);
            if ((2 * run.Row) + 1 < grid.Height)
            {
                Unsafe.CopyBlockUnaligned(cells + grid.Width, lower + (2 * done), bytes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(float* points, long stride, int count, float* upper, float* lower)
    {
        for (var tile = 0; tile < count; tile += PanelProduct.Lanes, points += PanelProduct.Lanes)
        {
            var (u0, l0) = Column(points, stride);
            var (u1, l1) = Column(points + stride, stride);
            var (u2, l2) = Column(points + (2 * stride), stride);
            var (u3, l3) = Column(points + (3 * stride), stride);
            Store(u0 + u1 + u2, u1 - u2 - u3, upper + (2 * tile));
            Store(l0 + l1 + l2, l1 - l2 - l3, lower + (2 * tile));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Upper, Vector512<float> Lower) Column(float* points, long stride)
    {
        Vector512<float> m0 = Vector512.Load(points), m1 = Vector512.Load(points + (4 * stride)), m2 = Vector512.Load(points + (8 * stride)), m3 = Vector512.Load(points + (12 * stride));
        return (m0 + m1 + m2, m1 - m2 - m3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> even, Vector512<float> odd, float* at)
    {
        Interleaving.Low(even, odd).Store(at);
        Interleaving.High(even, odd).Store(at + PanelProduct.Lanes);
    }
}
