using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// Matrices as <see cref="PanelProduct"/> takes its left factor: blocks of eight rows, in each the eight rows' elements of a term together,
/// term after term. What fills the last block is 0; terms that fill the last vector are any number.
/// </summary>
internal static unsafe class LeftFactor
{
    private const int Rows = PanelProduct.Rows,
        Lanes = PanelProduct.Lanes;

    /// <summary>Floats of a matrix, with what fills blocks.</summary>
    public static long Size(int rows, int depth) => (long)rows.PaddedTo(Rows) * depth.PaddedTo(Lanes);

    /// <summary>Where a row starts; each of its elements is eight floats after the one before.</summary>
    /// <param name="row">The row.</param>
    /// <param name="depth">Terms of each sum, whole vectors.</param>
    public static long Start(int row, int depth) => ((long)(row - (row % Rows)) * depth) + (row % Rows);

    /// <summary>Brings a matrix into this form.</summary>
    /// <param name="matrix">The first element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="rowStride">Floats from one row to the next.</param>
    /// <param name="depthStride">Floats from one element of a row to the next.</param>
    /// <param name="left">Memory of <see cref="Size"/> floats.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Pack(float* matrix, int rows, int depth, long rowStride, long depthStride, float* left, int threads) =>
        Work.ForEach(
            rows.PaddedTo(Rows) / Rows,
            threads,
            block =>
                PackBlock(
                    matrix + (block * Rows * rowStride),
                    Math.Min(Rows, rows - (block * Rows)),
                    depth,
                    rowStride,
                    depthStride,
                    left + Start(block * Rows, depth.PaddedTo(Lanes))
                )
        );

    /// <summary>One block of up to eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBlock(float* matrix, int rows, int depth, long rowStride, long depthStride, float* left)
    {
        var term = 0;
        if (rows == Rows && rowStride == 1)
        {
            for (; term < depth; term++)
            {
                Vector256.Load(matrix + (term * depthStride)).Store(left + (term * Rows));
            }
        }
        else if (rows == Rows && depthStride == 1)
        {
            term = depth - (depth % Rows);
            Turn(matrix, rowStride, term, left);
        }

        for (; term < depth; term++)
        {
            for (var row = 0; row < Rows; row++)
            {
                left[(term * Rows) + row] = row < rows ? matrix[(row * rowStride) + (term * depthStride)] : 0;
            }
        }
    }

    /// <summary>One block of eight rows whose terms are neighbours.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="depth">Terms; those up to the next multiple of eight are read and written, too.</param>
    /// <param name="left">The block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(float* rows, long stride, int depth, float* left)
    {
        for (var term = 0; term < depth; term += Rows)
        {
            Interleaving.TransposeEight(rows + term, stride, left + (term * Rows), Rows);
        }
    }
}
