using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PPYolo.Kernels.Memory;

/// <summary>
/// Eight pairs of neighbouring cells of a row. They are in two vectors, the first and third four and the second and fourth, so that pairs
/// are taken apart and put together within the halves of AVX's registers.
/// </summary>
internal readonly unsafe struct CellPairs
{
    /// <summary>Pairs.</summary>
    public const int Count = 8;

    private readonly Vector256<float> first,
        second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CellPairs(Vector256<float> first, Vector256<float> second)
    {
        this.first = first;
        this.second = second;
    }

    /// <summary>The first cell of each pair.</summary>
    public Vector256<float> Even
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get =>
            Avx.IsSupported
                ? Avx.Shuffle(first, second, 0b_10_00_10_00)
                : Vector256.Create(first[0], first[2], second[0], second[2], first[4], first[6], second[4], second[6]);
    }

    /// <summary>The second cell of each pair.</summary>
    public Vector256<float> Odd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get =>
            Avx.IsSupported
                ? Avx.Shuffle(first, second, 0b_11_01_11_01)
                : Vector256.Create(first[1], first[3], second[1], second[3], first[5], first[7], second[5], second[7]);
    }

    /// <summary>Reads sixteen cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs Load(float* cells) =>
        new(
            Vector256.Create(Vector128.Load(cells), Vector128.Load(cells + 8)),
            Vector256.Create(Vector128.Load(cells + 4), Vector128.Load(cells + 12))
        );

    /// <summary>Which of sixteen cells exist: all bits of those that do.</summary>
    /// <param name="column">The column of the first one, which may be outside a row.</param>
    /// <param name="width">Cells of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs Existing(int column, int width)
    {
        // Columns before the first are large numbers here.
        Vector256<uint> columns = Vector256.Create((uint)column),
            last = Vector256.Create((uint)(width - 1));
        Vector256<uint> first = columns + Vector256.Create(0u, 1, 2, 3, 8, 9, 10, 11),
            second = columns + Vector256.Create(4u, 5, 6, 7, 12, 13, 14, 15);
        return new(
            Vector256.Equals(Vector256.Min(first, last), first).AsSingle(),
            Vector256.Equals(Vector256.Min(second, last), second).AsSingle()
        );
    }

    /// <summary>Puts pairs together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs Of(Vector256<float> even, Vector256<float> odd) =>
        Avx.IsSupported
            ? new(Avx.UnpackLow(even, odd), Avx.UnpackHigh(even, odd))
            : new(
                Vector256.Create(even[0], odd[0], even[1], odd[1], even[4], odd[4], even[5], odd[5]),
                Vector256.Create(even[2], odd[2], even[3], odd[3], even[6], odd[6], even[7], odd[7])
            );

    /// <summary>Cell by cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs operator +(CellPairs a, CellPairs b) => new(a.first + b.first, a.second + b.second);

    /// <summary>Cell by cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs operator -(CellPairs a, CellPairs b) => new(a.first - b.first, a.second - b.second);

    /// <summary>The cells that exist, 0 for the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CellPairs operator &(CellPairs cells, CellPairs existing) =>
        new(cells.first & existing.first, cells.second & existing.second);

    /// <summary>Writes sixteen cells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* cells)
    {
        Vector256.Create(first.GetLower(), second.GetLower()).Store(cells);
        Vector256.Create(first.GetUpper(), second.GetUpper()).Store(cells + 8);
    }
}
