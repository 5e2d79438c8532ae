using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>AgA' of Winograd's F(2x2,3x3): the sixteen points of each tile of one channel of the result's gradient, from its 2x2 cells. What <see cref="OutputTransform"/> does, the other way.</summary>
internal static unsafe class GradientTransform
{
    /// <summary>Floats from one of the combined rows to the next, for runs of up to <paramref name="tiles"/>.</summary>
    public static int RowStride(int tiles) => 2 * (tiles + PanelProduct.Lanes).PaddedTo(PanelProduct.Lanes);

    /// <summary>Floats of the scratch memory.</summary>
    public static int Scratch(TileGrid grid) => 4 * RowStride(grid.Columns);

    /// <summary>Transforms tiles of one channel; arguments as those of <see cref="InputTransform.Apply"/>.</summary>
    public static void Apply(MapPlanes map, TileGrid grid, int channel, int first, int count, float* points, int stride, float* scratch)
    {
        var rowStride = RowStride(grid.Columns);
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            var plane = map[run.Image, channel];
            CombineRows(plane, grid, run, scratch, rowStride);
            for (var row = 0; row < 4; row++)
            {
                CombineColumns(scratch + (row * rowStride), run.Count, points + (4 * row * (long)stride) + done, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineRows(float* plane, TileGrid grid, TileRun run, float* rows, int rowStride)
    {
        int left = 2 * run.Column, width = Math.Min(2 * run.Count, grid.Width - left);
        float* g0 = plane + (2L * run.Row * grid.Width) + left, g1 = g0 + grid.Width;
        float* r0 = rows, r1 = r0 + rowStride, r2 = r1 + rowStride, r3 = r2 + rowStride;
        var both = (2 * run.Row) + 1 < grid.Height;
        var column = 0;
        for (; column <= width - PanelProduct.Lanes; column += PanelProduct.Lanes)
        {
            Vector512<float> a = Vector512.Load(g0 + column), b = both ? Vector512.Load(g1 + column) : default;
            a.Store(r0 + column);
            (a + b).Store(r1 + column);
            (a - b).Store(r2 + column);
            (-b).Store(r3 + column);
        }

        for (; column < width; column++)
        {
            float a = g0[column], b = both ? g1[column] : 0;
            r0[column] = a;
            r1[column] = a + b;
            r2[column] = a - b;
            r3[column] = -b;
        }

        if (width < 2 * run.Count)
        {
            r0[width] = r1[width] = r2[width] = r3[width] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineColumns(float* row, int tiles, float* points, int stride)
    {
        for (var tile = 0; tile < tiles; tile += PanelProduct.Lanes, row += 2 * PanelProduct.Lanes)
        {
            Vector512<float> low = Vector512.Load(row), high = Vector512.Load(row + PanelProduct.Lanes);
            Vector512<float> even = Interleaving.Even(low, high), odd = Interleaving.Odd(low, high);
            even.Store(points + tile);
            (even + odd).Store(points + stride + tile);
            (even - odd).Store(points + (2L * stride) + tile);
            (-odd).Store(points + (3L * stride) + tile);
        }
    }
}
