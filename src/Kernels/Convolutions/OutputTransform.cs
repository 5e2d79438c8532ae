using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// A'mA of Winograd's F(2x2,3x3): the 2x2 cells of each tile of one channel, from its sixteen points; eight tiles of a row at once.
/// </summary>
internal static unsafe class OutputTransform
{
    /// <summary>Transforms tiles of one channel.</summary>
    /// <param name="points">Sixteen rows of points, with a vector to read after the last.</param>
    /// <param name="stride">Floats from one of these rows to the next.</param>
    /// <param name="map">(B,C,H,W), whose cells of these tiles are written.</param>
    /// <param name="grid">The map's tiles.</param>
    /// <param name="channels">C.</param>
    /// <param name="channel">Which.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">How many.</param>
    public static void Apply(float* points, long stride, float* map, TileGrid grid, int channels, int channel, int first, int count)
    {
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            Apply(points + done, stride, map + ((((long)run.Image * channels) + channel) * grid.Cells), grid, run);
        }
    }

    /// <summary>Asks for the memory of one channel's tiles before they are written; arguments as those of the transform.</summary>
    public static void Fetch(float* map, TileGrid grid, int channels, int channel, int first, int count)
    {
        TileRun run;
        for (var done = 0; done < count; done += run.Count)
        {
            run = grid.RunAt(first + done, first + count);
            var upper = map + ((((long)run.Image * channels) + channel) * grid.Cells) + (2L * run.Row * grid.Width) + (2 * run.Column);
            for (var cell = 0; cell < 2 * run.Count; cell += PanelProduct.Lanes)
            {
                Prefetch.Line(upper + cell);
                Prefetch.Line(upper + grid.Width + cell);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(float* points, long stride, float* plane, TileGrid grid, TileRun run)
    {
        const int cells = 2 * CellPairs.Count;
        var rest = stackalloc float[2 * cells];
        int column = 2 * run.Column,
            width = grid.Width,
            end = Math.Min(width, column + (2 * run.Count));
        var upper = plane + (2L * run.Row * width) + column;
        var both = (2 * run.Row) + 1 < grid.Height;
        for (; column < end; column += cells, points += CellPairs.Count, upper += cells)
        {
            var (u0, l0) = Column(points, stride);
            var (u1, l1) = Column(points + stride, stride);
            var (u2, l2) = Column(points + (2 * stride), stride);
            var (u3, l3) = Column(points + (3 * stride), stride);
            CellPairs above = CellPairs.Of(u0 + u1 + u2, u1 - u2 - u3),
                below = CellPairs.Of(l0 + l1 + l2, l1 - l2 - l3);
            if (column + cells <= end)
            {
                above.Store(upper);
                if (both)
                {
                    below.Store(upper + width);
                }
            }
            else
            {
                above.Store(rest);
                below.Store(rest + cells);
                for (var cell = 0; cell < end - column; cell++)
                {
                    upper[cell] = rest[cell];
                    if (both)
                    {
                        upper[width + cell] = rest[cells + cell];
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Upper, Vector256<float> Lower) Column(float* points, long stride)
    {
        Vector256<float> m0 = Vector256.Load(points),
            m1 = Vector256.Load(points + (4 * stride)),
            m2 = Vector256.Load(points + (8 * stride)),
            m3 = Vector256.Load(points + (12 * stride));
        return (m0 + m1 + m2, m1 - m2 - m3);
    }
}
