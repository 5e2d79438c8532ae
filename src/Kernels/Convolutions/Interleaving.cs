using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// Takes pairs, threes and nines of neighbours apart, and puts them together; other ways of moving floats between vectors.
/// </summary>
internal static unsafe class Interleaving
{
    private const int Lanes = PanelProduct.Lanes,
        Half = Lanes / 2;

    private const byte FirstPairs = 0b_01_00_01_00,
        SecondPairs = 0b_11_10_11_10;

    /// <summary>Elements of two vectors by their places, those of the second from 16 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pick(Vector512<float> first, Vector512<float> second, Vector512<int> places) =>
        Avx512F.PermuteVar16x32x2(first, places, second);

    /// <summary>Sixteen rows of sixteen to sixteen columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, long fromStride, float* to, long toStride)
    {
        if (!Avx512F.IsSupported)
        {
            for (var half = 0; half < Lanes; half += Half)
            {
                TransposeEight(from + half, fromStride, to + (half * toStride), toStride);
                TransposeEight(from + (Half * fromStride) + half, fromStride, to + (half * toStride) + Half, toStride);
            }

            return;
        }

        // Four columns of all rows at once, those of rows i, i + 4, i + 8 and i + 12 in a register's quarters: what is left is to transpose
        // four by four within quarters.
        for (var column = 0; column < Lanes; column += 4, from += 4, to += 4 * toStride)
        {
            Vector512<float> a = Quarters(from, fromStride),
                b = Quarters(from + fromStride, fromStride),
                c = Quarters(from + (2 * fromStride), fromStride),
                d = Quarters(from + (3 * fromStride), fromStride);
            Vector512<float> ab = Avx512F.UnpackLow(a, b),
                cd = Avx512F.UnpackLow(c, d);
            Avx512F.Shuffle(ab, cd, FirstPairs).Store(to);
            Avx512F.Shuffle(ab, cd, SecondPairs).Store(to + toStride);
            ab = Avx512F.UnpackHigh(a, b);
            cd = Avx512F.UnpackHigh(c, d);
            Avx512F.Shuffle(ab, cd, FirstPairs).Store(to + (2 * toStride));
            Avx512F.Shuffle(ab, cd, SecondPairs).Store(to + (3 * toStride));
        }
    }

    /// <summary>Four floats of every fourth of sixteen rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters(float* row, long stride)
    {
        var firstHalf = Avx.InsertVector128(Vector128.Load(row).ToVector256Unsafe(), Vector128.Load(row + (4 * stride)), 1)
            .ToVector512Unsafe();
        return Avx512F.InsertVector128(
            Avx512F.InsertVector128(firstHalf, Vector128.Load(row + (8 * stride)), 2),
            Vector128.Load(row + (12 * stride)),
            3
        );
    }

    /// <summary>Up to sixteen rows of up to sixteen to as many columns.</summary>
    public static void Transpose(float* from, long fromStride, float* to, long toStride, int rows, int columns)
    {
        if (rows == Lanes && columns == Lanes)
        {
            Transpose(from, fromStride, to, toStride);
            return;
        }

        TransposeOneByOne(from, fromStride, to, toStride, rows, columns);
    }

    /// <summary>Eight rows of eight to eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransposeEight(float* from, long fromStride, float* to, long toStride)
    {
        if (!Avx.IsSupported)
        {
            TransposeOneByOne(from, fromStride, to, toStride, Half, Half);
            return;
        }

        // Pairs of neighbouring rows, then fours, within the halves of registers; then the halves.
        var (a0, a1) = Pairs(from, fromStride);
        var (a2, a3) = Pairs(from + (2 * fromStride), fromStride);
        var (a4, a5) = Pairs(from + (4 * fromStride), fromStride);
        var (a6, a7) = Pairs(from + (6 * fromStride), fromStride);
        StoreHalves(Avx.Shuffle(a0, a2, FirstPairs), Avx.Shuffle(a4, a6, FirstPairs), to, toStride);
        StoreHalves(Avx.Shuffle(a0, a2, SecondPairs), Avx.Shuffle(a4, a6, SecondPairs), to + toStride, toStride);
        StoreHalves(Avx.Shuffle(a1, a3, FirstPairs), Avx.Shuffle(a5, a7, FirstPairs), to + (2 * toStride), toStride);
        StoreHalves(Avx.Shuffle(a1, a3, SecondPairs), Avx.Shuffle(a5, a7, SecondPairs), to + (3 * toStride), toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Pairs(float* row, long stride)
    {
        Vector256<float> a = Vector256.Load(row),
            b = Vector256.Load(row + stride);
        return (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
    }

    /// <summary>Column c, and column c + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(Vector256<float> upper, Vector256<float> lower, float* to, long stride)
    {
        Avx.Permute2x128(upper, lower, 0x20).Store(to);
        Avx.Permute2x128(upper, lower, 0x31).Store(to + (4 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeOneByOne(float* from, long fromStride, float* to, long toStride, int rows, int columns)
    {
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                to[(column * toStride) + row] = from[(row * fromStride) + column];
            }
        }
    }

    /// <summary>Sixteen rows of nine to nine rows of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SplitNine(float* from, long fromStride, float* to, long toStride)
    {
        if (!Avx512F.IsSupported || fromStride != 9)
        {
            TransposeEight(from, fromStride, to, toStride);
            TransposeEight(from + (Half * fromStride), fromStride, to + Half, toStride);
            TransposeOneByOne(from + 8, fromStride, to + (8 * toStride), toStride, Lanes, 1);
            return;
        }

        // Of each three vectors every third element, and again of each three of these.
        var thirds = stackalloc Vector512<float>[9];
        for (var i = 0; i < 3; i++, from += 3 * Lanes)
        {
            Vector512<float> a = Vector512.Load(from),
                b = Vector512.Load(from + Lanes),
                c = Vector512.Load(from + (2 * Lanes));
            thirds[i] = EveryThird0(a, b, c);
            thirds[3 + i] = EveryThird1(a, b, c);
            thirds[6 + i] = EveryThird2(a, b, c);
        }

        for (var i = 0; i < 3; i++)
        {
            Vector512<float> a = thirds[3 * i],
                b = thirds[(3 * i) + 1],
                c = thirds[(3 * i) + 2];
            EveryThird0(a, b, c).Store(to + (i * toStride));
            EveryThird1(a, b, c).Store(to + ((3 + i) * toStride));
            EveryThird2(a, b, c).Store(to + ((6 + i) * toStride));
        }
    }

    /// <summary>Nine rows of sixteen to sixteen rows of nine, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void JoinNine(float* from, long fromStride, float* to)
    {
        if (!Avx512F.IsSupported)
        {
            TransposeEight(from, fromStride, to, 9);
            TransposeEight(from + Half, fromStride, to + (Half * 9), 9);
            TransposeOneByOne(from + (8 * fromStride), fromStride, to + 8, 9, 1, Lanes);
            return;
        }

        var thirds = stackalloc Vector512<float>[9];
        for (var i = 0; i < 3; i++)
        {
            Vector512<float> a = Vector512.Load(from + (i * fromStride)),
                b = Vector512.Load(from + ((3 + i) * fromStride)),
                c = Vector512.Load(from + ((6 + i) * fromStride));
            thirds[3 * i] = Threes0(a, b, c);
            thirds[(3 * i) + 1] = Threes1(a, b, c);
            thirds[(3 * i) + 2] = Threes2(a, b, c);
        }

        for (var i = 0; i < 3; i++, to += 3 * Lanes)
        {
            Vector512<float> a = thirds[i],
                b = thirds[3 + i],
                c = thirds[6 + i];
            Threes0(a, b, c).Store(to);
            Threes1(a, b, c).Store(to + Lanes);
            Threes2(a, b, c).Store(to + (2 * Lanes));
        }
    }

    // Elements 0, 3, 6 ... of three vectors in a row, then 1, 4, 7 ..., then 2, 5, 8 ...: those of the first two, then the others from the
    // third.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EveryThird0(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0)),
            c,
            Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EveryThird1(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0)),
            c,
            Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EveryThird2(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0)),
            c,
            Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31)
        );

    // The first, second and last sixteen of a0, b0, c0, a1, b1, c1 ...
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Threes0(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5)),
            c,
            Vector512.Create(0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Threes1(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26)),
            c,
            Vector512.Create(0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Threes2(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Pick(
            Pick(a, b, Vector512.Create(0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0)),
            c,
            Vector512.Create(26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31)
        );
}
