using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PPYolo.Kernels.Memory;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// Products of matrices in parts small enough for registers (<see cref="PanelKernel512"/>, <see cref="PanelKernel256"/>), the innermost
/// loops of convolutions. The left factor comes in blocks of <see cref="Rows"/> rows, the rows' numbers of a term together (<see
/// cref="LeftFactor"/>); the right one in panels of 16, 32 or 48 columns, a row after the other. Sums run over the depth in its order, <see
/// cref="TermsAtOnce"/> by themselves and then added to the rest, so that results depend neither on how a larger product is cut into such
/// ones nor on the number of threads.
/// </summary>
internal static unsafe class PanelProduct
{
    /// <summary>Rows of the left factor and of the product.</summary>
    public const int Rows = 8;

    /// <summary>Floats of a vector of AVX-512, of two of AVX2.</summary>
    public const int Lanes = 16;

    /// <summary>Columns of the widest panel: with AVX-512 24 sums, three loads and a factor are in registers at once.</summary>
    public const int Columns = 3 * Lanes;

    /// <summary>
    /// Terms of a sum that are added to each other before they are added to the sum: roundings grow with the root of the longest chain of
    /// additions.
    /// </summary>
    public const int TermsAtOnce = 64;

    /// <summary>
    /// Whether the machine has the registers that this is written for: AVX-512's, or AVX2's with its fused multiplication and addition.
    /// </summary>
    public static bool IsQuick => Vector512.IsHardwareAccelerated || (Vector256.IsHardwareAccelerated && Fma.IsSupported);

    /// <summary>product = left * right, or product += left * right, of many rows and panels.</summary>
    /// <param name="left">Blocks of 8 rows, as <see cref="LeftFactor"/> has them; the last one may be incomplete.</param>
    /// <param name="leftDepth">Floats from one row of the left factor to the next: its depth in whole vectors.</param>
    /// <param name="right">Panels, one after the other.</param>
    /// <param name="shape">The panels' widths.</param>
    /// <param name="rows">Rows; memory has room for whole blocks.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="product">Rows of <see cref="PanelShape.Padded"/> floats.</param>
    /// <param name="add">Whether to add to what is there.</param>
    public static void MultiplyPanels(
        float* left,
        long leftDepth,
        float* right,
        PanelShape shape,
        int rows,
        int depth,
        float* product,
        bool add
    )
    {
        for (var panel = 0; panel < shape.Count; panel++)
        {
            int column = panel * Columns,
                width = shape.Width(panel);
            MultiplyPanel(left, leftDepth, right + ((long)column * depth), width, rows, depth, product + column, shape.Padded, add);
        }
    }

    /// <summary>
    /// product = left * right, or product += left * right, of many rows and one panel. A few terms of the panel stay in the first-level
    /// cache while all rows pass by; those that follow in memory, of this panel or the next one, are fetched meanwhile.
    /// </summary>
    /// <param name="left">Blocks of 8 rows, as for <see cref="MultiplyPanels"/>.</param>
    /// <param name="leftDepth">Floats from one row of the left factor to the next: its depth in whole vectors.</param>
    /// <param name="right">depth x width.</param>
    /// <param name="width">16, 32 or 48.</param>
    /// <param name="rows">Rows; memory has room for whole blocks.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="product">Rows of <paramref name="width"/>.</param>
    /// <param name="stride">Floats from one row of the product to the next.</param>
    /// <param name="add">Whether to add to what is there.</param>
    public static void MultiplyPanel(
        float* left,
        long leftDepth,
        float* right,
        int width,
        int rows,
        int depth,
        float* product,
        long stride,
        bool add
    )
    {
        var blocks = Math.Max(1, (rows + Rows - 1) / Rows);
        for (var from = 0; from < depth; from += TermsAtOnce, left += TermsAtOnce * Rows, right += TermsAtOnce * width, add = true)
        {
            var terms = Math.Min(TermsAtOnce, depth - from);
            var ahead = right + (terms * width);
            var share = ((terms * width / Lanes) + blocks - 1) / blocks * Lanes;
            for (var row = 0; row < rows; row += Rows, ahead += share)
            {
                Fetch(ahead, share);
                Fetch(row + Rows < rows ? left + ((row + Rows) * leftDepth) : left + (TermsAtOnce * Rows), terms * Rows);
                MultiplyAtOnce(left + (row * leftDepth), right, width, terms, product + (row * stride), stride, add);
            }
        }
    }

    /// <summary>
    /// Brings floats into the first-level cache before they are needed: factors are larger than caches. A deformable convolution takes 3 to
    /// 9 % less time, a 3x3 convolution of many channels a tenth.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* from, int count)
    {
        for (var end = from + count; from < end; from += 2 * Lanes)
        {
            Prefetch.Line(from);
            Prefetch.Line(from + Lanes);
        }
    }

    private static void MultiplyAtOnce(float* left, float* right, int width, int depth, float* product, long stride, bool add)
    {
        // Decided when this is compiled.
        if (Vector512.IsHardwareAccelerated)
        {
            PanelKernel512.Multiply(left, right, width, depth, product, stride, add);
        }
        else
        {
            PanelKernel256.Multiply(left, right, width, depth, product, stride, add);
        }
    }
}
