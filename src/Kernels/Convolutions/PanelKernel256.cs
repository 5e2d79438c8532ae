using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// The innermost loops of <see cref="PanelProduct"/> for the sixteen registers of AVX2: a panel's columns and rows in parts of 24 or 16 by
/// four. Each sum has the terms, the order and so the bits that it has with <see cref="PanelKernel512"/>.
/// </summary>
internal static unsafe class PanelKernel256
{
    private const int Lanes = PanelProduct.Lanes, Half = Lanes / 2, Rows = PanelProduct.Rows / 2, Block = PanelProduct.Rows;

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
        if (width == PanelProduct.Columns)
        {
            for (var column = 0; column < PanelProduct.Columns; column += 3 * Half)
            {
                Wide(left, right + column, width, depth, product + column, stride, add);
                Wide(left + Rows, right + column, width, depth, product + (Rows * stride) + column, stride, add);
            }

            return;
        }

        for (var column = 0; column < width; column += Lanes)
        {
            Narrow(left, right + column, width, depth, product + column, stride, add);
            Narrow(left + Rows, right + column, width, depth, product + (Rows * stride) + column, stride, add);
        }
    }

    // Written out and not as loops over an array: only locals stay in registers. Here twelve sums, three loads and a factor take all
    // sixteen; inlined, they would compete with those of the method around them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Wide(float* left, float* right, int width, int depth, float* product, long stride, bool add)
    {
        Vector256<float> s00 = default, s01 = default, s02 = default;
        Vector256<float> s10 = default, s11 = default, s12 = default;
        Vector256<float> s20 = default, s21 = default, s22 = default;
        Vector256<float> s30 = default, s31 = default, s32 = default;
        for (var end = left + (depth * Block); left < end; left += Block, right += width)
        {
            Vector256<float> r0 = Vector256.Load(right), r1 = Vector256.Load(right + Half), r2 = Vector256.Load(right + (2 * Half));
            var l = Vector256.Create(*left);
            s00 = Vector256.FusedMultiplyAdd(l, r0, s00);
            s01 = Vector256.FusedMultiplyAdd(l, r1, s01);
            s02 = Vector256.FusedMultiplyAdd(l, r2, s02);
            l = Vector256.Create(left[1]);
            s10 = Vector256.FusedMultiplyAdd(l, r0, s10);
            s11 = Vector256.FusedMultiplyAdd(l, r1, s11);
            s12 = Vector256.FusedMultiplyAdd(l, r2, s12);
            l = Vector256.Create(left[2]);
            s20 = Vector256.FusedMultiplyAdd(l, r0, s20);
            s21 = Vector256.FusedMultiplyAdd(l, r1, s21);
            s22 = Vector256.FusedMultiplyAdd(l, r2, s22);
            l = Vector256.Create(left[3]);
            s30 = Vector256.FusedMultiplyAdd(l, r0, s30);
            s31 = Vector256.FusedMultiplyAdd(l, r1, s31);
            s32 = Vector256.FusedMultiplyAdd(l, r2, s32);
        }

        if (add)
        {
            s00 += Vector256.Load(product);
            s01 += Vector256.Load(product + Half);
            s02 += Vector256.Load(product + (2 * Half));
            s10 += Vector256.Load(product + stride);
            s11 += Vector256.Load(product + stride + Half);
            s12 += Vector256.Load(product + stride + (2 * Half));
            s20 += Vector256.Load(product + (2 * stride));
            s21 += Vector256.Load(product + (2 * stride) + Half);
            s22 += Vector256.Load(product + (2 * stride) + (2 * Half));
            s30 += Vector256.Load(product + (3 * stride));
            s31 += Vector256.Load(product + (3 * stride) + Half);
            s32 += Vector256.Load(product + (3 * stride) + (2 * Half));
        }

        s00.Store(product);
        s01.Store(product + Half);
        s02.Store(product + (2 * Half));
        s10.Store(product + stride);
        s11.Store(product + stride + Half);
        s12.Store(product + stride + (2 * Half));
        s20.Store(product + (2 * stride));
        s21.Store(product + (2 * stride) + Half);
        s22.Store(product + (2 * stride) + (2 * Half));
        s30.Store(product + (3 * stride));
        s31.Store(product + (3 * stride) + Half);
        s32.Store(product + (3 * stride) + (2 * Half));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Narrow(float* left, float* right, int width, int depth, float* product, long stride, bool add)
    {
        Vector256<float> s00 = default, s01 = default;
        Vector256<float> s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default;
        for (var end = left + (depth * Block); left < end; left += Block, right += width)
        {
            Vector256<float> r0 = Vector256.Load(right), r1 = Vector256.Load(right + Half);
            var l = Vector256.Create(*left);
            s00 = Vector256.FusedMultiplyAdd(l, r0, s00);
            s01 = Vector256.FusedMultiplyAdd(l, r1, s01);
            l = Vector256.Create(left[1]);
            s10 = Vector256.FusedMultiplyAdd(l, r0, s10);
            s11 = Vector256.FusedMultiplyAdd(l, r1, s11);
            l = Vector256.Create(left[2]);
            s20 = Vector256.FusedMultiplyAdd(l, r0, s20);
            s21 = Vector256.FusedMultiplyAdd(l, r1, s21);
            l = Vector256.Create(left[3]);
            s30 = Vector256.FusedMultiplyAdd(l, r0, s30);
            s31 = Vector256.FusedMultiplyAdd(l, r1, s31);
        }

        if (add)
        {
            s00 += Vector256.Load(product);
            s01 += Vector256.Load(product + Half);
            s10 += Vector256.Load(product + stride);
            s11 += Vector256.Load(product + stride + Half);
            s20 += Vector256.Load(product + (2 * stride));
            s21 += Vector256.Load(product + (2 * stride) + Half);
            s30 += Vector256.Load(product + (3 * stride));
            s31 += Vector256.Load(product + (3 * stride) + Half);
        }

        s00.Store(product);
        s01.Store(product + Half);
        s10.Store(product + stride);
        s11.Store(product + stride + Half);
        s20.Store(product + (2 * stride));
        s21.Store(product + (2 * stride) + Half);
        s30.Store(product + (3 * stride));
        s31.Store(product + (3 * stride) + Half);
    }
}
