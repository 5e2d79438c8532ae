using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>One thread's counts of distances. Used for one part of a tensor at a time.</summary>
internal sealed class UlpCounter
{
    // Neighbours often have the same distance; counting them in tables of their own spares the wait for one increment to be stored before the next.
    private const int Tables = 4;
    private const int Step = 16;

    private readonly uint[] counts = new uint[Tables * UlpCells.Wide];
    private readonly uint[] cells = new uint[Step];
    private int size;

    /// <summary>Starts at zero.</summary>
    public void Reset(int cellCount)
    {
        size = cellCount;
        counts.AsSpan(0, Tables * size).Clear();
    }

    /// <summary>Counts distances of 0.</summary>
    public void AddEqual(int elements) => counts[0] += (uint)elements;

    /// <summary>Counts the distances between two blocks for the search's next pass.</summary>
    /// <param name="search">What is searched.</param>
    /// <param name="first">A block.</param>
    /// <param name="second">Another.</param>
    /// <param name="allFinite">Whether there is no NaN and no infinity in either; otherwise their pairs are left out.</param>
    public void Add<T, TElements>(UlpSearch search, ReadOnlySpan<T> first, ReadOnlySpan<T> second, bool allFinite)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var done = 0;
        if (TElements.Narrow && allFinite)
        {
            done = first.Length & -Step;
            if (search.First)
            {
                AddWhole<T, TElements>(first[..done], second[..done]);
            }
            else
            {
                AddRange<T, TElements>(search, first[..done], second[..done]);
            }
        }

        for (var i = done; i < first.Length; i++)
        {
            if (!allFinite && !(TElements.IsFinite(first[i]) && TElements.IsFinite(second[i])))
            {
                continue;
            }

            long x = TElements.Place(first[i]), y = TElements.Place(second[i]);
            // The difference of two 64-bit places can need 64 bits: it is right as an unsigned number.
            var distance = unchecked(x > y ? (ulong)x - (ulong)y : (ulong)y - (ulong)x);
            if (search.First)
            {
                counts[UlpCells.Of(distance)]++;
            }
            else if (distance - search.Low <= search.Extent)
            {
                counts[(int)((distance - search.Low) >> search.CellShift)]++;
            }
        }
    }

    /// <summary>Adds the counts to those of other parts.</summary>
    public void AddTo(Span<long> sums)
    {
        for (var table = 0; table < Tables; table++)
        {
            var from = counts.AsSpan(table * size, size);
            for (var cell = 0; cell < from.Length; cell++)
            {
                sums[cell] += from[cell];
            }
        }
    }

    private void AddWhole<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        ref var cell = ref MemoryMarshal.GetArrayDataReference(cells);
        ref var table0 = ref MemoryMarshal.GetArrayDataReference(counts);
        ref var table1 = ref Unsafe.Add(ref table0, size);
        ref var table2 = ref Unsafe.Add(ref table1, size);
        ref var table3 = ref Unsafe.Add(ref table2, size);
        for (var i = 0; i < first.Length; i += Step)
        {
            UlpCells.Of(Distances<T, TElements>(in Unsafe.Add(ref a, i), in Unsafe.Add(ref b, i))).StoreUnsafe(ref cell);
            for (var lane = 0; lane < Step; lane += Tables)
            {
                Unsafe.Add(ref table0, Unsafe.Add(ref cell, lane))++;
                Unsafe.Add(ref table1, Unsafe.Add(ref cell, lane + 1))++;
                Unsafe.Add(ref table2, Unsafe.Add(ref cell, lane + 2))++;
                Unsafe.Add(ref table3, Unsafe.Add(ref cell, lane + 3))++;
            }
        }
    }

    private void AddRange<T, TElements>(UlpSearch search, ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        var low = Vector512.Create((uint)search.Low);
        var extent = Vector512.Create((uint)search.Extent);
        for (var i = 0; i < first.Length; i += Step)
        {
            var above = Distances<T, TElements>(in Unsafe.Add(ref a, i), in Unsafe.Add(ref b, i)) - low;
            var inRange = Vector512.LessThanOrEqual(above, extent).ExtractMostSignificantBits();
            // Rarely any, for the range is narrow.
            for (; inRange != 0; inRange &= inRange - 1)
            {
                counts[above[System.Numerics.BitOperations.TrailingZeroCount(inRange)] >> search.CellShift]++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Distances<T, TElements>(ref readonly T first, ref readonly T second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var x = Place(TElements.Ordered(in first));
        var y = Place(TElements.Ordered(in second));
        // The difference of two 32-bit places can need 32 bits: it is right as an unsigned number.
        return (Vector512.Max(x, y) - Vector512.Min(x, y)).AsUInt32() >>> TElements.Shift;
    }

    // From sign and magnitude to two's complement: both zeros become 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Place(Vector512<int> bits)
    {
        var negative = bits >> 31;
        return (bits ^ (negative & Vector512.Create(int.MaxValue))) - negative;
    }
}
