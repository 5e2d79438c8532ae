using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// AgA' of Winograd's F(2x2,3x3): the sixteen points of each tile of one channel of the result's gradient, from its 2x2 cells. What <see
/// cref="OutputTransform"/> does, the other way.
/// </summary>
internal static unsafe class GradientTransform
{
    private const int Cells = 2 * CellPairs.Count;

    /// <summary>Floats of the scratch memory: a row that does not exist, and what may be read after it.</summary>
    public static int Scratch(TileGrid grid) => grid.Width + Cells;

    /// <summary>
    /// Transforms tiles of one channel; arguments as those of <see cref="InputTransform.Apply(MapPlanes, TileGrid, int, int, int, float*,
    /// int, float*)"/>.
    /// </summary>
    public static void Apply(MapPlanes map, TileGrid grid, int channel, int first, int count, float* points, int stride, float* scratch)
    {
        new Span<float>(scratch, Scratch(grid)).Clear();
        var end = map.End(channel);
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            Apply(map[run.Image, channel], end, grid, run, scratch, points + done, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(float* plane, float* end, TileGrid grid, TileRun run, float* zeros, float* points, long stride)
    {
        var copies = stackalloc float[2 * Cells];
        int column = 2 * run.Column,
            width = grid.Width;
        var both = (2 * run.Row) + 1 < grid.Height;
        float* upper = plane + (2L * run.Row * width),
            lower = both ? upper + width : zeros,
            lowest = both ? lower : upper;
        for (var tile = 0; tile < run.Count; tile += CellPairs.Count, column += Cells, points += CellPairs.Count)
        {
            CellPairs a,
                b;
            if (lowest + column + Cells <= end)
            {
                var exist = CellPairs.Existing(column, width);
                a = CellPairs.Load(upper + column) & exist;
                b = CellPairs.Load(lower + column) & exist;
            }
            else
            {
                // Where there is nothing to read after the map.
                new Span<float>(copies, 2 * Cells).Clear();
                var cells = Math.Min(Cells, width - column);
                new Span<float>(upper + column, cells).CopyTo(new Span<float>(copies, cells));
                new Span<float>(lower + column, cells).CopyTo(new Span<float>(copies + Cells, cells));
                a = CellPairs.Load(copies);
                b = CellPairs.Load(copies + Cells);
            }

            Vector256<float> evenA = a.Even,
                oddA = a.Odd,
                evenB = b.Even,
                oddB = b.Odd;
            CombineColumns(evenA, oddA, points, stride);
            CombineColumns(evenA + evenB, oddA + oddB, points + (4 * stride), stride);
            CombineColumns(evenA - evenB, oddA - oddB, points + (8 * stride), stride);
            CombineColumns(-evenB, -oddB, points + (12 * stride), stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CombineColumns(Vector256<float> even, Vector256<float> odd, float* points, long stride)
    {
        even.Store(points);
        (even + odd).Store(points + stride);
        (even - odd).Store(points + (2 * stride));
        (-odd).Store(points + (3 * stride));
    }
}
