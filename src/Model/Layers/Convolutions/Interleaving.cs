using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>Takes pairs of neighbours apart, and puts them together; other ways of moving floats between vectors.</summary>
internal static unsafe class Interleaving
{
    private const int Lanes = PanelProduct.Lanes;

    /// <summary>Elements 0, 2, 4 ... of two vectors in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Even(Vector512<float> low, Vector512<float> high) =>
        Pick(low, high, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));

    /// <summary>Elements 1, 3, 5 ... of two vectors in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Odd(Vector512<float> low, Vector512<float> high) =>
        Pick(low, high, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));

    /// <summary>The first eight elements of each, by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Low(Vector512<float> even, Vector512<float> odd) =>
        Pick(even, odd, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));

    /// <summary>The last eight elements of each, by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> High(Vector512<float> even, Vector512<float> odd) =>
        Pick(even, odd, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));

    /// <summary>Elements of two vectors by their places, those of the second from 16 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pick(Vector512<float> first, Vector512<float> second, Vector512<int> places) =>
        Avx512F.IsSupported ? Avx512F.PermuteVar16x32x2(first, places, second) : PickOneByOne(first, second, places);

    /// <summary>Where there is no such instruction nobody takes this way in earnest, but tests must run.</summary>
    private static Vector512<float> PickOneByOne(Vector512<float> first, Vector512<float> second, Vector512<int> places)
    {
        var picked = Vector512<float>.Zero;
        for (var lane = 0; lane < Lanes; lane++)
        {
            var place = places[lane];
            picked = picked.WithElement(lane, place < Lanes ? first[place] : second[place - Lanes]);
        }

        return picked;
    }

    /// <summary>Sixteen rows of sixteen to sixteen columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* from, long fromStride, float* to, long toStride)
    {
        // Four rounds: each interleaves rows i and i + 8, after which an element's row has moved to its column bit by bit.
        var a = stackalloc Vector512<float>[Lanes];
        var b = stackalloc Vector512<float>[Lanes];
        for (var row = 0; row < Lanes; row++)
        {
            a[row] = Vector512.Load(from + (row * fromStride));
        }

        Round(a, b);
        Round(b, a);
        Round(a, b);
        Round(b, a);
        for (var row = 0; row < Lanes; row++)
        {
            a[row].Store(to + (row * toStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(Vector512<float>* from, Vector512<float>* to)
    {
        for (var row = 0; row < Lanes / 2; row++)
        {
            to[2 * row] = Low(from[row], from[row + (Lanes / 2)]);
            to[(2 * row) + 1] = High(from[row], from[row + (Lanes / 2)]);
        }
    }
}
