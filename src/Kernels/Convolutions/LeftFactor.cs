using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// Matrices as <see cref="PanelProduct"/> takes its left factor: blocks of eight rows, in each sixteen of the depth of each row after
/// another. What fills the last blocks is 0.
/// </summary>
internal static unsafe class LeftFactor
{
    private const int Rows = PanelProduct.Rows,
        Lanes = PanelProduct.Lanes;

    /// <summary>Floats of a matrix, with what fills blocks.</summary>
    public static long Size(int rows, int depth) => (long)rows.PaddedTo(Rows) * depth.PaddedTo(Lanes);

    /// <summary>Where a row starts; its next sixteen elements are a block, <c>8 * 16</c> floats, further on.</summary>
    /// <param name="row">The row.</param>
    /// <param name="depth">Terms of each sum, whole vectors.</param>
    public static long Start(int row, int depth) => ((long)(row - (row % Rows)) * depth) + (row % Rows * Lanes);

    /// <summary>Brings a matrix into this form.</summary>
    /// <param name="matrix">The first element.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="rowStride">Floats from one row to the next.</param>
    /// <param name="depthStride">Floats from one element of a row to the next.</param>
    /// <param name="left">Memory of <see cref="Size"/> floats.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Pack(float* matrix, int rows, int depth, long rowStride, long depthStride, float* left, int threads)
    {
        var blockSize = (long)Rows * depth.PaddedTo(Lanes);
        Work.ForEach(
            rows.PaddedTo(2 * Rows) / (2 * Rows),
            threads,
            pair =>
            {
                var row = pair * 2 * Rows;
                float* from = matrix + (row * rowStride),
                    to = left + (pair * 2 * blockSize);
                var done = rowStride == 1 && rows - row >= 2 * Rows ? PackTurned(from, depth, depthStride, to, blockSize) : 0;
                for (var block = 0; block < 2 && row < rows; block++, row += Rows, from += Rows * rowStride, to += blockSize)
                {
                    PackBlock(
                        from + (done * depthStride),
                        Math.Min(Rows, rows - row),
                        depth - done,
                        rowStride,
                        depthStride,
                        to + (done * Rows)
                    );
                }
            }
        );
    }

    /// <summary>One block of up to eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBlock(float* matrix, int rows, int depth, long rowStride, long depthStride, float* left)
    {
        for (var from = 0; from < depth; from += Lanes, matrix += Lanes * depthStride)
        {
            var lanes = Math.Min(Lanes, depth - from);
            for (var row = 0; row < Rows; row++, left += Lanes)
            {
                var at = matrix + (row * rowStride);
                if (row < rows && lanes == Lanes && depthStride == 1)
                {
                    Vector512.Load(at).Store(left);
                    continue;
                }

                var exist = row < rows ? lanes : 0;
                for (var lane = 0; lane < exist; lane++)
                {
                    left[lane] = at[lane * depthStride];
                }

                new Span<float>(left + exist, Lanes - exist).Clear();
            }
        }
    }

    /// <summary>Two blocks of a matrix whose columns are together in memory, as far as the depth has whole vectors.</summary>
    /// <returns>How far.</returns>
    private static int PackTurned(float* matrix, int depth, long depthStride, float* left, long blockSize)
    {
        var rows = stackalloc float[Lanes * Lanes];
        const int half = Rows * Lanes;
        var from = 0;
        for (; from <= depth - Lanes; from += Lanes, left += half)
        {
            Interleaving.Transpose(matrix + (from * depthStride), depthStride, rows, Lanes);
            new Span<float>(rows, half).CopyTo(new Span<float>(left, half));
            new Span<float>(rows + half, half).CopyTo(new Span<float>(left + blockSize, half));
        }

        return from;
    }
}
