using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// One step of Strassen's multiplication in Winograd's form (Strassen, "Gaussian elimination is not optimal", 1969; Higham, "Accuracy and
/// Stability of Numerical Algorithms", section 23): with factors cut in halves both ways, seven products of sums of quarters and fifteen
/// sums of quarters make what eight products would. A row's errors are relative to the larger of itself and the row it is summed with, and
/// so for columns; what is not finite in one row may show in the other. Each factor is seven blocks of memory of one size and layout. The
/// caller writes quarters to <see cref="LeftQuarter"/> and <see cref="RightQuarter"/>, and the sums take their places.
/// </summary>
internal static unsafe class SevenProducts
{
    /// <summary>Products, and so blocks of a factor.</summary>
    public const int Count = 7;

    private const int Lanes = PanelProduct.Lanes;

    /// <summary>Half of an extent, such that two of them hold it and each is whole blocks.</summary>
    public static int Half(int extent, int block) => extent.PaddedTo(2 * block) / 2;

    /// <summary>The block for a quarter of the left factor.</summary>
    /// <param name="row">0 for the upper half of rows, 1 for the lower.</param>
    /// <param name="depth">0 for the first half of terms, 1 for the second.</param>
    public static int LeftQuarter(int row, int depth) =>
        (row, depth) switch
        {
            (0, 0) => 0,
            (0, _) => 1,
            (_, 0) => 4,
            _ => 3,
        };

    /// <summary>The block for a quarter of the right factor.</summary>
    /// <param name="depth">0 for the first half of terms, 1 for the second.</param>
    /// <param name="column">0 for the left half of columns, 1 for the right.</param>
    public static int RightQuarter(int depth, int column) =>
        (depth, column) switch
        {
            (0, 0) => 0,
            (0, _) => 4,
            (_, 0) => 1,
            _ => 2,
        };

    /// <summary>Puts the sums of the left factor's quarters into its blocks.</summary>
    /// <param name="factor">Where in the first block to begin.</param>
    /// <param name="size">Floats from one block to the next.</param>
    /// <param name="count">Floats of each block, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumLeft(float* factor, long size, long count)
    {
        float* second = factor + size,
            third = second + size,
            fourth = third + size,
            fifth = fourth + size,
            sixth = fifth + size,
            seventh = sixth + size;
        for (long i = 0; i < count; i += Lanes)
        {
            Vector512<float> a11 = Vector512.Load(factor + i),
                a12 = Vector512.Load(second + i),
                a21 = Vector512.Load(fifth + i),
                a22 = Vector512.Load(fourth + i);
            var s1 = a21 + a22;
            var s2 = s1 - a11;
            (a12 - s2).Store(third + i);
            s1.Store(fifth + i);
            s2.Store(sixth + i);
            (a11 - a21).Store(seventh + i);
        }
    }

    /// <summary>Puts the sums of the right factor's quarters into its blocks.</summary>
    /// <param name="factor">Where in the first block to begin.</param>
    /// <param name="size">Floats from one block to the next.</param>
    /// <param name="count">Floats of each block, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumRight(float* factor, long size, long count)
    {
        float* second = factor + size,
            third = second + size,
            fourth = third + size,
            fifth = fourth + size,
            sixth = fifth + size,
            seventh = sixth + size;
        for (long i = 0; i < count; i += Lanes)
        {
            Vector512<float> b11 = Vector512.Load(factor + i),
                b12 = Vector512.Load(fifth + i),
                b21 = Vector512.Load(second + i),
                b22 = Vector512.Load(third + i);
            var t1 = b12 - b11;
            var t2 = b22 - t1;
            (t2 - b21).Store(fourth + i);
            t1.Store(fifth + i);
            t2.Store(sixth + i);
            (b22 - b12).Store(seventh + i);
        }
    }

    /// <summary>The seven products of half as many rows, columns and terms.</summary>
    /// <param name="left">The left factor's blocks, each as <see cref="PanelProduct.MultiplyPanels"/> takes it.</param>
    /// <param name="leftSize">Floats from one of them to the next.</param>
    /// <param name="leftDepth">Floats from one row of the left factor to the next.</param>
    /// <param name="right">The right factor's blocks of panels.</param>
    /// <param name="rightSize">Floats from one of them to the next.</param>
    /// <param name="shape">The panels' widths.</param>
    /// <param name="rows">Rows, whole blocks.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="products">The products, rows of <see cref="PanelShape.Padded"/> floats, one product after the other.</param>
    /// <param name="add">Whether to add to what is there.</param>
    public static void Multiply(
        float* left,
        long leftSize,
        long leftDepth,
        float* right,
        long rightSize,
        PanelShape shape,
        int rows,
        int depth,
        float* products,
        bool add
    )
    {
        for (var i = 0; i < Count; i++, left += leftSize, right += rightSize, products += (long)rows * shape.Padded)
        {
            PanelProduct.MultiplyPanels(left, leftDepth, right, shape, rows, depth, products, add);
        }
    }

    /// <summary>Puts the products together.</summary>
    /// <param name="products">Seven products, one after the other.</param>
    /// <param name="rows">Rows of each.</param>
    /// <param name="columns">Floats of a row, whole vectors.</param>
    /// <param name="whole">The whole product.</param>
    /// <param name="stride">Floats from one of its rows to the next.</param>
    /// <param name="beside">Floats from a row's first half to its second.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine(float* products, int rows, int columns, float* whole, long stride, long beside)
    {
        var size = (long)rows * columns;
        float* p1 = products,
            p2 = p1 + size,
            p3 = p2 + size,
            p4 = p3 + size,
            p5 = p4 + size,
            p6 = p5 + size,
            p7 = p6 + size;
        for (var row = 0; row < rows; row++)
        {
            float* upper = whole + (row * stride),
                lower = whole + ((row + rows) * stride);
            for (var column = 0; column < columns; column += Lanes)
            {
                var at = ((long)row * columns) + column;
                Vector512<float> first = Vector512.Load(p1 + at),
                    fifth = Vector512.Load(p5 + at);
                var u2 = first + Vector512.Load(p6 + at);
                var u3 = u2 + Vector512.Load(p7 + at);
                (first + Vector512.Load(p2 + at)).Store(upper + column);
                (u2 + fifth + Vector512.Load(p3 + at)).Store(upper + beside + column);
                (u3 - Vector512.Load(p4 + at)).Store(lower + column);
                (u3 + fifth).Store(lower + beside + column);
            }
        }
    }
}
