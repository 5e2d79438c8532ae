using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>
/// B'dB of Winograd's F(2x2,3x3): the sixteen points of each tile of one channel, from the 4x4 cells of which the tile is the middle, 0 outside the map. Works on whole runs of tiles: rows are combined
/// first, then the even and the odd columns of the result.
/// </summary>
internal static unsafe class InputTransform
{
    /// <summary>Floats from one of the four combined rows to the next, for runs of up to <paramref name="tiles"/>: reading in whole vectors goes beyond the last tile.</summary>
    public static int RowStride(int tiles) => (2 * tiles.PaddedTo(PanelProduct.Lanes)) + 32;

    /// <summary>Floats of the scratch memory.</summary>
    public static int Scratch(TileGrid grid) => (4 * RowStride(grid.Columns)) + grid.Width + PanelProduct.Lanes;

    /// <summary>Transforms tiles of one channel.</summary>
    /// <param name="map">The map.</param>
    /// <param name="grid">The map's tiles.</param>
    /// <param name="channel">Which.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">How many.</param>
    /// <param name="points">Sixteen rows with room for the tiles and a vector more.</param>
    /// <param name="stride">Floats from one of these rows to the next.</param>
    /// <param name="scratch">Memory of <see cref="Scratch"/> floats.</param>
    public static void Apply(MapPlanes map, TileGrid grid, int channel, int first, int count, float* points, int stride, float* scratch)
    {
        var rowStride = RowStride(grid.Columns);
        var zeros = scratch + (4 * rowStride);
        new Span<float>(zeros, grid.Width + PanelProduct.Lanes).Clear();
        var mapEnd = map.End(channel);
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            var plane = map[run.Image, channel];
            CombineRows(plane, mapEnd, grid, run, zeros, scratch, rowStride);
            for (var row = 0; row < 4; row++)
            {
                CombineColumns(scratch + (row * rowStride), run.Count, points + (4 * row * (long)stride) + done, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineRows(float* plane, float* mapEnd, TileGrid grid, TileRun run, float* zeros, float* rows, int rowStride)
    {
        int top = (2 * run.Row) - 1, left = (2 * run.Column) - 1, width = (2 * run.Count) + 2;
        // The tile's own first row exists always, the three others may not.
        float* d1 = plane + ((top + 1L) * grid.Width);
        float* d0 = top >= 0 ? d1 - grid.Width : zeros, d2 = top + 2 < grid.Height ? d1 + grid.Width : zeros, d3 = top + 3 < grid.Height ? d1 + (2L * grid.Width) : zeros;
        int from = Math.Max(left, 0), to = Math.Min(left + width, grid.Width);
        float* r0 = rows - left, r1 = r0 + rowStride, r2 = r1 + rowStride, r3 = r2 + rowStride;
        // Whole vectors may read what follows in the map, but nothing after it.
        var last = d3 != zeros ? d3 : d2 != zeros ? d2 : d1;
        var column = from;
        for (; column < to && last + column + PanelProduct.Lanes <= mapEnd; column += PanelProduct.Lanes)
        {
            Vector512<float> a = Vector512.Load(d0 + column), b = Vector512.Load(d1 + column), c = Vector512.Load(d2 + column), d = Vector512.Load(d3 + column);
            (a - c).Store(r0 + column);
            (b + c).Store(r1 + column);
            (c - b).Store(r2 + column);
            (b - d).Store(r3 + column);
        }

        for (; column < to; column++)
        {
            r0[column] = d0[column] - d2[column];
            r1[column] = d1[column] + d2[column];
            r2[column] = d2[column] - d1[column];
            r3[column] = d1[column] - d3[column];
        }

        for (var row = 0; row < 4; row++, r0 += rowStride)
        {
            if (left < 0)
            {
                r0[left] = 0;
            }

            for (column = to; column < left + width; column++)
            {
                r0[column] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CombineColumns(float* row, int tiles, float* points, int stride)
    {
        for (var tile = 0; tile < tiles; tile += PanelProduct.Lanes, row += 2 * PanelProduct.Lanes)
        {
            Vector512<float> low = Vector512.Load(row), high = Vector512.Load(row + 16), nextLow = Vector512.Load(row + 2), nextHigh = Vector512.Load(row + 18);
            Vector512<float> even = Interleaving.Even(low, high), odd = Interleaving.Odd(low, high);
            Vector512<float> nextEven = Interleaving.Even(nextLow, nextHigh), nextOdd = Interleaving.Odd(nextLow, nextHigh);
            (even - nextEven).Store(points + tile);
            (odd + nextEven).Store(points + stride + tile);
            (nextEven - odd).Store(points + (2L * stride) + tile);
            (odd - nextOdd).Store(points + (3L * stride) + tile);
        }
    }
}
