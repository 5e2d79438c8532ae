using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

// Longer than others: the same loops for three widths, written out.
namespace PPYolo.Kernels.Convolutions;

/// <summary>The innermost loops of <see cref="PanelProduct"/> for the 32 registers of AVX-512.</summary>
internal static unsafe class PanelKernel512
{
    private const int Lanes = PanelProduct.Lanes, Columns = PanelProduct.Columns, Block = PanelProduct.Rows;

    /// <summary>product = left * right, or product += left * right, of eight rows and one panel.</summary>
    /// <param name="left">depth x 8: a block of <see cref="LeftFactor"/>.</param>
    /// <param name="right">depth x width.</param>
    /// <param name="width">16, 32 or 48.</param>
    /// <param name="depth">Terms of each sum, up to <see cref="PanelProduct.TermsAtOnce"/>.</param>
    /// <param name="product">8 rows of <paramref name="width"/>.</param>
    /// <param name="stride">Floats from one row of the product to the next.</param>
    /// <param name="add">Whether to add to what is there.</param>
    public static void Multiply(float* left, float* right, int width, int depth, float* product, long stride, bool add)
    {
        switch (width)
        {
            case Columns:
                Wide(left, right, depth, product, stride, add);
                break;
            case 2 * Lanes:
                Middle(left, right, depth, product, stride, add);
                break;
            default:
                Narrow(left, right, depth, product, stride, add);
                break;
        }
    }

    // Written out three times and not as loops over an array: only locals stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide(float* left, float* right, int depth, float* product, long stride, bool add)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default;
        Vector512<float> s50 = default, s51 = default, s52 = default;
        Vector512<float> s60 = default, s61 = default, s62 = default;
        Vector512<float> s70 = default, s71 = default, s72 = default;
        for (var end = left + (depth * Block); left < end; left += Block, right += Columns)
        {
            Vector512<float> r0 = Vector512.Load(right), r1 = Vector512.Load(right + Lanes), r2 = Vector512.Load(right + (2 * Lanes));
            var l = Vector512.Create(*left);
            s00 = Vector512.FusedMultiplyAdd(l, r0, s00);
            s01 = Vector512.FusedMultiplyAdd(l, r1, s01);
            s02 = Vector512.FusedMultiplyAdd(l, r2, s02);
            l = Vector512.Create(left[1]);
            s10 = Vector512.FusedMultiplyAdd(l, r0, s10);
            s11 = Vector512.FusedMultiplyAdd(l, r1, s11);
            s12 = Vector512.FusedMultiplyAdd(l, r2, s12);
            l = Vector512.Create(left[2]);
            s20 = Vector512.FusedMultiplyAdd(l, r0, s20);
            s21 = Vector512.FusedMultiplyAdd(l, r1, s21);
            s22 = Vector512.FusedMultiplyAdd(l, r2, s22);
            l = Vector512.Create(left[3]);
            s30 = Vector512.FusedMultiplyAdd(l, r0, s30);
            s31 = Vector512.FusedMultiplyAdd(l, r1, s31);
            s32 = Vector512.FusedMultiplyAdd(l, r2, s32);
            l = Vector512.Create(left[4]);
            s40 = Vector512.FusedMultiplyAdd(l, r0, s40);
            s41 = Vector512.FusedMultiplyAdd(l, r1, s41);
            s42 = Vector512.FusedMultiplyAdd(l, r2, s42);
            l = Vector512.Create(left[5]);
            s50 = Vector512.FusedMultiplyAdd(l, r0, s50);
            s51 = Vector512.FusedMultiplyAdd(l, r1, s51);
            s52 = Vector512.FusedMultiplyAdd(l, r2, s52);
            l = Vector512.Create(left[6]);
            s60 = Vector512.FusedMultiplyAdd(l, r0, s60);
            s61 = Vector512.FusedMultiplyAdd(l, r1, s61);
            s62 = Vector512.FusedMultiplyAdd(l, r2, s62);
            l = Vector512.Create(left[7]);
            s70 = Vector512.FusedMultiplyAdd(l, r0, s70);
            s71 = Vector512.FusedMultiplyAdd(l, r1, s71);
            s72 = Vector512.FusedMultiplyAdd(l, r2, s72);
        }

        if (add)
        {
            s00 += Vector512.Load(product);
            s01 += Vector512.Load(product + Lanes);
            s02 += Vector512.Load(product + (2 * Lanes));
            s10 += Vector512.Load(product + stride);
            s11 += Vector512.Load(product + stride + Lanes);
            s12 += Vector512.Load(product + stride + (2 * Lanes));
            s20 += Vector512.Load(product + (2 * stride));
            s21 += Vector512.Load(product + (2 * stride) + Lanes);
            s22 += Vector512.Load(product + (2 * stride) + (2 * Lanes));
            s30 += Vector512.Load(product + (3 * stride));
            s31 += Vector512.Load(product + (3 * stride) + Lanes);
            s32 += Vector512.Load(product + (3 * stride) + (2 * Lanes));
            s40 += Vector512.Load(product + (4 * stride));
            s41 += Vector512.Load(product + (4 * stride) + Lanes);
            s42 += Vector512.Load(product + (4 * stride) + (2 * Lanes));
            s50 += Vector512.Load(product + (5 * stride));
            s51 += Vector512.Load(product + (5 * stride) + Lanes);
            s52 += Vector512.Load(product + (5 * stride) + (2 * Lanes));
            s60 += Vector512.Load(product + (6 * stride));
            s61 += Vector512.Load(product + (6 * stride) + Lanes);
            s62 += Vector512.Load(product + (6 * stride) + (2 * Lanes));
            s70 += Vector512.Load(product + (7 * stride));
            s71 += Vector512.Load(product + (7 * stride) + Lanes);
            s72 += Vector512.Load(product + (7 * stride) + (2 * Lanes));
        }

        s00.Store(product);
        s01.Store(product + Lanes);
        s02.Store(product + (2 * Lanes));
        s10.Store(product + stride);
        s11.Store(product + stride + Lanes);
        s12.Store(product + stride + (2 * Lanes));
        s20.Store(product + (2 * stride));
        s21.Store(product + (2 * stride) + Lanes);
        s22.Store(product + (2 * stride) + (2 * Lanes));
        s30.Store(product + (3 * stride));
        s31.Store(product + (3 * stride) + Lanes);
        s32.Store(product + (3 * stride) + (2 * Lanes));
        s40.Store(product + (4 * stride));
        s41.Store(product + (4 * stride) + Lanes);
        s42.Store(product + (4 * stride) + (2 * Lanes));
        s50.Store(product + (5 * stride));
        s51.Store(product + (5 * stride) + Lanes);
        s52.Store(product + (5 * stride) + (2 * Lanes));
        s60.Store(product + (6 * stride));
        s61.Store(product + (6 * stride) + Lanes);
        s62.Store(product + (6 * stride) + (2 * Lanes));
        s70.Store(product + (7 * stride));
        s71.Store(product + (7 * stride) + Lanes);
        s72.Store(product + (7 * stride) + (2 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Middle(float* left, float* right, int depth, float* product, long stride, bool add)
    {
        Vector512<float> s00 = default, s01 = default;
        Vector512<float> s10 = default, s11 = default;
        Vector512<float> s20 = default, s21 = default;
        Vector512<float> s30 = default, s31 = default;
        Vector512<float> s40 = default, s41 = default;
        Vector512<float> s50 = default, s51 = default;
        Vector512<float> s60 = default, s61 = default;
        Vector512<float> s70 = default, s71 = default;
        for (var end = left + (depth * Block); left < end; left += Block, right += 2 * Lanes)
        {
            Vector512<float> r0 = Vector512.Load(right), r1 = Vector512.Load(right + Lanes);
            var l = Vector512.Create(*left);
            s00 = Vector512.FusedMultiplyAdd(l, r0, s00);
            s01 = Vector512.FusedMultiplyAdd(l, r1, s01);
            l = Vector512.Create(left[1]);
            s10 = Vector512.FusedMultiplyAdd(l, r0, s10);
            s11 = Vector512.FusedMultiplyAdd(l, r1, s11);
            l = Vector512.Create(left[2]);
            s20 = Vector512.FusedMultiplyAdd(l, r0, s20);
            s21 = Vector512.FusedMultiplyAdd(l, r1, s21);
            l = Vector512.Create(left[3]);
            s30 = Vector512.FusedMultiplyAdd(l, r0, s30);
            s31 = Vector512.FusedMultiplyAdd(l, r1, s31);
            l = Vector512.Create(left[4]);
            s40 = Vector512.FusedMultiplyAdd(l, r0, s40);
            s41 = Vector512.FusedMultiplyAdd(l, r1, s41);
            l = Vector512.Create(left[5]);
            s50 = Vector512.FusedMultiplyAdd(l, r0, s50);
            s51 = Vector512.FusedMultiplyAdd(l, r1, s51);
            l = Vector512.Create(left[6]);
            s60 = Vector512.FusedMultiplyAdd(l, r0, s60);
            s61 = Vector512.FusedMultiplyAdd(l, r1, s61);
            l = Vector512.Create(left[7]);
            s70 = Vector512.FusedMultiplyAdd(l, r0, s70);
            s71 = Vector512.FusedMultiplyAdd(l, r1, s71);
        }

        if (add)
        {
            s00 += Vector512.Load(product);
            s01 += Vector512.Load(product + Lanes);
            s10 += Vector512.Load(product + stride);
            s11 += Vector512.Load(product + stride + Lanes);
            s20 += Vector512.Load(product + (2 * stride));
            s21 += Vector512.Load(product + (2 * stride) + Lanes);
            s30 += Vector512.Load(product + (3 * stride));
            s31 += Vector512.Load(product + (3 * stride) + Lanes);
            s40 += Vector512.Load(product + (4 * stride));
            s41 += Vector512.Load(product + (4 * stride) + Lanes);
            s50 += Vector512.Load(product + (5 * stride));
            s51 += Vector512.Load(product + (5 * stride) + Lanes);
            s60 += Vector512.Load(product + (6 * stride));
            s61 += Vector512.Load(product + (6 * stride) + Lanes);
            s70 += Vector512.Load(product + (7 * stride));
            s71 += Vector512.Load(product + (7 * stride) + Lanes);
        }

        s00.Store(product);
        s01.Store(product + Lanes);
        s10.Store(product + stride);
        s11.Store(product + stride + Lanes);
        s20.Store(product + (2 * stride));
        s21.Store(product + (2 * stride) + Lanes);
        s30.Store(product + (3 * stride));
        s31.Store(product + (3 * stride) + Lanes);
        s40.Store(product + (4 * stride));
        s41.Store(product + (4 * stride) + Lanes);
        s50.Store(product + (5 * stride));
        s51.Store(product + (5 * stride) + Lanes);
        s60.Store(product + (6 * stride));
        s61.Store(product + (6 * stride) + Lanes);
        s70.Store(product + (7 * stride));
        s71.Store(product + (7 * stride) + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(float* left, float* right, int depth, float* product, long stride, bool add)
    {
        Vector512<float> s00 = default;
        Vector512<float> s10 = default;
        Vector512<float> s20 = default;
        Vector512<float> s30 = default;
        Vector512<float> s40 = default;
        Vector512<float> s50 = default;
        Vector512<float> s60 = default;
        Vector512<float> s70 = default;
        for (var end = left + (depth * Block); left < end; left += Block, right += Lanes)
        {
            var r0 = Vector512.Load(right);
            var l = Vector512.Create(*left);
            s00 = Vector512.FusedMultiplyAdd(l, r0, s00);
            l = Vector512.Create(left[1]);
            s10 = Vector512.FusedMultiplyAdd(l, r0, s10);
            l = Vector512.Create(left[2]);
            s20 = Vector512.FusedMultiplyAdd(l, r0, s20);
            l = Vector512.Create(left[3]);
            s30 = Vector512.FusedMultiplyAdd(l, r0, s30);
            l = Vector512.Create(left[4]);
            s40 = Vector512.FusedMultiplyAdd(l, r0, s40);
            l = Vector512.Create(left[5]);
            s50 = Vector512.FusedMultiplyAdd(l, r0, s50);
            l = Vector512.Create(left[6]);
            s60 = Vector512.FusedMultiplyAdd(l, r0, s60);
            l = Vector512.Create(left[7]);
            s70 = Vector512.FusedMultiplyAdd(l, r0, s70);
        }

        if (add)
        {
            s00 += Vector512.Load(product);
            s10 += Vector512.Load(product + stride);
            s20 += Vector512.Load(product + (2 * stride));
            s30 += Vector512.Load(product + (3 * stride));
            s40 += Vector512.Load(product + (4 * stride));
            s50 += Vector512.Load(product + (5 * stride));
            s60 += Vector512.Load(product + (6 * stride));
            s70 += Vector512.Load(product + (7 * stride));
        }

        s00.Store(product);
        s10.Store(product + stride);
        s20.Store(product + (2 * stride));
        s30.Store(product + (3 * stride));
        s40.Store(product + (4 * stride));
        s50.Store(product + (5 * stride));
        s60.Store(product + (6 * stride));
        s70.Store(product + (7 * stride));
    }
}
