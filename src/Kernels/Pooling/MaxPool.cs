using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Kinks;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Pooling;

/// <summary>
/// Max pools: libtorch's on the CPU look at one value after the other, these compare whole vectors. Values and gradients are the same, and
/// a NaN is the largest of all.
/// </summary>
internal static unsafe class MaxPool
{
    private const int Lanes = CellPairs.Count;

    /// <summary>
    /// The maximum of the square around each cell, of those cells that exist. Among equal values the gradient goes to the first in reading
    /// order.
    /// </summary>
    /// <param name="map">(B,C,H,W).</param>
    /// <param name="size">The square's extent: odd.</param>
    /// <returns>(B,C,H,W).</returns>
    public static Tensor OfSquares(Tensor map, int size)
    {
        if (TensorMemory.IsPlain(map) && size <= SquareMaximum.Largest)
        {
            return Seen(map, SquareMaximum.Of(map, size), size, 1);
        }

        // Along rows and then along columns: 2k comparisons a cell for k squared. The first row that has the maximum, in which it is the
        // first, is the first in reading order.
        using var rows = nn.functional.max_pool2d(map, (1, size), (1, 1), (0, size / 2));
        return Seen(map, nn.functional.max_pool2d(rows, (size, 1), (1, 1), (size / 2, 0)), size, 1);
    }

    /// <summary>The maximum of the 3x3 cells around every second cell of every second row, of those that exist.</summary>
    /// <param name="map">(B,C,H,W).</param>
    /// <returns>(B,C,(H+1)/2,(W+1)/2).</returns>
    public static Tensor Halve(Tensor map)
    {
        if (!TensorMemory.IsPlain(map) || (is_grad_enabled() && map.requires_grad))
        {
            return Seen(map, nn.functional.max_pool2d(map, 3, 2, 1), 3, 2);
        }

        int height = (int)map.shape[2],
            width = (int)map.shape[3],
            rows = (height + 1) / 2,
            columns = (width + 1) / 2;
        var output = empty(map.shape[0], map.shape[1], rows, columns);
        float* from = TensorMemory.Address<float>(map),
            to = TensorMemory.Address<float>(output);
        Work.ForEach(
            (int)(map.shape[0] * map.shape[1]),
            get_num_threads(),
            plane =>
            {
                float* cells = from + ((long)plane * height * width),
                    pooled = to + ((long)plane * rows * columns);
                for (var row = 0; row < rows; row++, pooled += columns)
                {
                    // A row that does not exist changes nothing where its neighbour stands for it.
                    var middle = cells + (2L * row * width);
                    Halve(row > 0 ? middle - width : middle, middle, (2 * row) + 1 < height ? middle + width : middle, width, pooled);
                }
            }
        );
        GC.KeepAlive(map);
        return output;
    }

    private static Tensor Seen(Tensor map, Tensor pooled, int size, int stride)
    {
        KinkWatch.SeePool(map, pooled, size, stride);
        return pooled;
    }

    /// <summary>Where a value takes the place of the largest so far: where it is larger, or no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exceeds(Vector256<float> value, Vector256<float> largest) =>
        Vector256.GreaterThan(value, largest) | ~Vector256.Equals(value, value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Halve(float* upper, float* middle, float* lower, int width, float* pooled)
    {
        int columns = (width + 1) / 2,
            whole = width / 2,
            column = 1;
        pooled[0] = Largest(upper, middle, lower, 0, Math.Min(2, width));
        if (whole > Lanes)
        {
            // The last vector overlaps the one before it.
            for (; column < whole; column = column + Lanes == whole ? whole : Math.Min(column + Lanes, whole - Lanes))
            {
                var at = 2 * column;
                Larger(Larger(Larger(Vector256.Create(float.NegativeInfinity), upper + at), middle + at), lower + at)
                    .Store(pooled + column);
            }
        }

        for (; column < columns; column++)
        {
            pooled[column] = Largest(upper, middle, lower, (2 * column) - 1, Math.Min((2 * column) + 2, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Larger(Vector256<float> first, Vector256<float> second) =>
        Vector256.ConditionalSelect(Exceeds(second, first), second, first);

    /// <summary>The largest so far, or one of the pair of cells at this place and the cell before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Larger(Vector256<float> largest, float* cells)
    {
        var pairs = CellPairs.Load(cells);
        return Larger(Larger(Larger(largest, CellPairs.Load(cells - 1).Even), pairs.Even), pairs.Odd);
    }

    private static float Largest(float* upper, float* middle, float* lower, int from, int to)
    {
        var largest = float.NegativeInfinity;
        for (var column = from; column < to; column++)
        {
            // A NaN is the largest of all.
            largest = MathF.Max(largest, MathF.Max(upper[column], MathF.Max(middle[column], lower[column])));
        }

        return largest;
    }
}
