using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// B'dB of Winograd's F(2x2,3x3): the sixteen points of each tile of one channel, from the 4x4 cells of which the tile is the middle, 0
/// outside the map. Eight tiles of a row at once: rows are combined first, then the even and the odd columns of the result.
/// </summary>
internal static unsafe class InputTransform
{
    /// <summary>Cells of a row that eight tiles see.</summary>
    private const int Cells = (2 * CellPairs.Count) + 2;

    /// <summary>Floats of the scratch memory: a row that does not exist, and what may be read around it.</summary>
    public static int Scratch(TileGrid grid) => grid.Width + (2 * Cells);

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
        new Span<float>(scratch, Scratch(grid)).Clear();
        float* begin = map[0, channel],
            end = map.End(channel);
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            Apply(map[run.Image, channel], begin, end, grid, run, scratch + Cells, points + done, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(float* plane, float* begin, float* end, TileGrid grid, TileRun run, float* zeros, float* points, long stride)
    {
        var copies = stackalloc float[4 * Cells];
        int top = (2 * run.Row) - 1,
            column = (2 * run.Column) - 1,
            width = grid.Width;
        // The tile's own first row exists always, the three others may not.
        float* d1 = plane + ((top + 1L) * width);
        float* d0 = top >= 0 ? d1 - width : zeros,
            d2 = top + 2 < grid.Height ? d1 + width : zeros,
            d3 = top + 3 < grid.Height ? d1 + (2L * width) : zeros;
        float* upmost = top >= 0 ? d0 : d1,
            lowest = d3 != zeros ? d3
            : d2 != zeros ? d2
            : d1;
        for (var tile = 0; tile < run.Count; tile += CellPairs.Count, column += 2 * CellPairs.Count, points += CellPairs.Count)
        {
            // The next channel's.
            Prefetch.Line(d1 + column + grid.Cells);
            Prefetch.Line(d2 + column + grid.Cells);
            if (column >= 0 && column + Cells <= width)
            {
                Transform(d0 + column, d1 + column, d2 + column, d3 + column, points, stride);
            }
            else if (upmost + column >= begin && lowest + column + Cells <= end)
            {
                Transform(
                    d0 + column,
                    d1 + column,
                    d2 + column,
                    d3 + column,
                    CellPairs.Existing(column, width),
                    CellPairs.Existing(column + 2, width),
                    points,
                    stride
                );
            }
            else
            {
                // Where there is nothing to read around the map.
                Copy(d0, column, width, copies);
                Copy(d1, column, width, copies + Cells);
                Copy(d2, column, width, copies + (2 * Cells));
                Copy(d3, column, width, copies + (3 * Cells));
                Transform(copies, copies + Cells, copies + (2 * Cells), copies + (3 * Cells), points, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(float* d0, float* d1, float* d2, float* d3, float* points, long stride)
    {
        CellPairs b = CellPairs.Load(d1),
            nextB = CellPairs.Load(d1 + 2),
            c = CellPairs.Load(d2),
            nextC = CellPairs.Load(d2 + 2);
        CombineColumns(CellPairs.Load(d0) - c, CellPairs.Load(d0 + 2) - nextC, points, stride);
        CombineColumns(b + c, nextB + nextC, points + (4 * stride), stride);
        CombineColumns(c - b, nextC - nextB, points + (8 * stride), stride);
        CombineColumns(b - CellPairs.Load(d3), nextB - CellPairs.Load(d3 + 2), points + (12 * stride), stride);
    }

    /// <summary>The same where some cells are outside the map: they are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(
        float* d0,
        float* d1,
        float* d2,
        float* d3,
        CellPairs exist,
        CellPairs nextExist,
        float* points,
        long stride
    )
    {
        CellPairs b = CellPairs.Load(d1) & exist,
            nextB = CellPairs.Load(d1 + 2) & nextExist,
            c = CellPairs.Load(d2) & exist,
            nextC = CellPairs.Load(d2 + 2) & nextExist;
        CombineColumns((CellPairs.Load(d0) & exist) - c, (CellPairs.Load(d0 + 2) & nextExist) - nextC, points, stride);
        CombineColumns(b + c, nextB + nextC, points + (4 * stride), stride);
        CombineColumns(c - b, nextC - nextB, points + (8 * stride), stride);
        CombineColumns(b - (CellPairs.Load(d3) & exist), nextB - (CellPairs.Load(d3 + 2) & nextExist), points + (12 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineColumns(CellPairs row, CellPairs next, float* points, long stride)
    {
        var (even, odd, nextEven) = (row.Even, row.Odd, next.Even);
        (even - nextEven).Store(points);
        (odd + nextEven).Store(points + stride);
        (nextEven - odd).Store(points + (2 * stride));
        (odd - next.Odd).Store(points + (3 * stride));
    }

    private static void Copy(float* row, int column, int width, float* copy)
    {
        for (var cell = 0; cell < Cells; cell++, column++)
        {
            copy[cell] = column >= 0 && column < width ? row[column] : 0;
        }
    }
}
