// Longer than others: distances are split from a threshold once for each width of registers, beside what is counted.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>One thread's counts of distances between elements. Used for one chunk of a tensor at a time.</summary>
internal sealed class UlpCounter
{
    /// <summary>Elements of a chunk at most.</summary>
    public const int MaxElements = 1 << 18;

    private const int Step = 16;
    private const int Half = Step / 2;

    // For each of 256 choices among eight lanes: the chosen ones, in order.
    private static readonly byte[] Choices = [.. Enumerable.Range(0, 1 << Half).SelectMany(Chosen)];

    // Sixteen are stored at a time, of which only the first may count.
    private readonly ulong[] above = GC.AllocateUninitializedArray<ulong>(MaxElements + Step);
    private readonly uint[] counts = new uint[UlpCells.Wide];
    private UlpSearch search = new();
    private int aboveCount;

    /// <summary>How many were below the threshold.</summary>
    public long Below { get; private set; }

    /// <summary>How many were at the threshold.</summary>
    public long Equal { get; private set; }

    /// <summary>Where this thread reads the first of two tensors.</summary>
    public PieceBuffer First { get; } = new();

    /// <summary>Where it reads the second.</summary>
    public PieceBuffer Second { get; } = new();

    /// <summary>Where it reads what they started from.</summary>
    public PieceBuffer Start { get; } = new();

    /// <summary>A table of cells for whoever this thread works for.</summary>
    public long[] Cells { get; } = new long[UlpCells.Wide];

    /// <summary>Those above the threshold.</summary>
    public ReadOnlySpan<ulong> Above => above.AsSpan(0, aboveCount);

    /// <summary>Starts a chunk.</summary>
    public void Begin(UlpSearch search)
    {
        this.search = search;
        Below = 0;
        Equal = 0;
        aboveCount = 0;
        if (search.Stage != UlpStage.Threshold)
        {
            Array.Clear(counts);
        }
    }

    /// <summary>Takes blocks that are equal and finite.</summary>
    public void AddEqual(int elements) => AddZeros(elements);

    /// <summary>Takes the distances between two blocks.</summary>
    /// <param name="first">A block.</param>
    /// <param name="second">Another of the same length.</param>
    /// <param name="finite">Whether there is no NaN and no infinity in either; otherwise their pairs are left out.</param>
    public void Add<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, bool finite)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        var done = 0;
        if (TElements.Narrow && finite && search.Stage == UlpStage.Threshold)
        {
            done = first.Length & -Step;
            if (typeof(T) == typeof(float) && Avx2.IsSupported && !Avx512F.IsSupported)
            {
                Split(MemoryMarshal.Cast<T, float>(first[..done]), MemoryMarshal.Cast<T, float>(second[..done]));
            }
            else
            {
                Split<T, TElements>(first[..done], second[..done]);
            }
        }

        for (var i = done; i < first.Length; i++)
        {
            if (finite || (TElements.IsFinite(first[i]) && TElements.IsFinite(second[i])))
            {
                Add(Distance<T, TElements>(first[i], second[i]));
            }
        }
    }

    /// <summary>Adds the counts in cells to those of other chunks.</summary>
    public void AddTo(Span<long> sums)
    {
        for (var cell = 0; cell < counts.Length; cell++)
        {
            sums[cell] += counts[cell];
        }
    }

    /// <summary>The number of representable numbers from one element to another.</summary>
    public static ulong Distance<T, TElements>(T first, T second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        long x = TElements.Place(first),
            y = TElements.Place(second);
        // The difference of two 64-bit places can need 64 bits: it is right as an unsigned number.
        return unchecked(x > y ? (ulong)x - (ulong)y : (ulong)y - (ulong)x);
    }

    private void AddZeros(int elements)
    {
        switch (search.Stage)
        {
            case UlpStage.Threshold when search.Threshold == 0:
                Equal += elements;
                break;
            case UlpStage.Threshold:
                Below += elements;
                break;
            case UlpStage.Cells:
                counts[0] += (uint)elements;
                break;
            default:
                // A range that holds 0 holds nothing else, so that it was not searched further.
                break;
        }
    }

    private void Add(ulong distance)
    {
        switch (search.Stage)
        {
            case UlpStage.Threshold when distance > search.Threshold:
                above[aboveCount++] = distance;
                break;
            case UlpStage.Threshold when distance == search.Threshold:
                Equal++;
                break;
            case UlpStage.Threshold:
                Below++;
                break;
            case UlpStage.Cells:
                counts[UlpCells.Of(distance)]++;
                break;
            default:
                var rank = search.Rank!;
                if (distance - rank.Low <= rank.Extent)
                {
                    counts[(int)((distance - rank.Low) >> rank.CellShift)]++;
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split<T, TElements>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : unmanaged
        where TElements : struct, IElements<T>
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        ref var kept = ref MemoryMarshal.GetArrayDataReference(above);
        var threshold = Vector512.Create((uint)search.Threshold);
        var equal = Vector512<uint>.Zero;
        var count = aboveCount;
        for (var i = 0; i < first.Length; i += Step)
        {
            var distances = Distances<T, TElements>(in Unsafe.Add(ref a, i), in Unsafe.Add(ref b, i));
            // A lane that is equal is all ones, which is -1.
            equal -= Vector512.Equals(distances, threshold);
            var larger = Vector512.GreaterThan(distances, threshold);
            var mask = larger.ExtractMostSignificantBits();
            if (Avx512F.IsSupported)
            {
                // Which of sixteen are above is chance, and a processor that guesses wrong loses more time than all else here takes.
                var (lower, upper) = Vector512.Widen(Avx512F.Compress(Vector512<uint>.Zero, larger, distances));
                lower.StoreUnsafe(ref Unsafe.Add(ref kept, count));
                upper.StoreUnsafe(ref Unsafe.Add(ref kept, count + Half));
                count += BitOperations.PopCount(mask);
            }
            else
            {
                for (; mask != 0; mask &= mask - 1)
                {
                    Unsafe.Add(ref kept, count++) = distances[BitOperations.TrailingZeroCount(mask)];
                }
            }
        }

        var atThreshold = Vector512.Sum(equal);
        Equal += atThreshold;
        Below += first.Length - atThreshold - (count - aboveCount);
        aboveCount = count;
    }

    // The same for float32 with eight lanes, which are chosen by a table.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        ref var kept = ref MemoryMarshal.GetArrayDataReference(above);
        ref var choices = ref MemoryMarshal.GetArrayDataReference(Choices);
        var sign = Vector256.Create(-0f);
        var threshold = Vector256.Create((uint)search.Threshold);
        var equal = Vector256<uint>.Zero;
        var count = aboveCount;
        for (var i = 0; i < first.Length; i += Half)
        {
            var x = Vector256.LoadUnsafe(ref a, (nuint)i).AsInt32();
            var y = Vector256.LoadUnsafe(ref b, (nuint)i).AsInt32();
            Vector256<uint> distances;
            // Of two runs, few numbers differ in sign; where none does, their bits are as far apart as they are.
            if (Avx.TestZ((x ^ y).AsSingle(), sign))
            {
                distances = Vector256.Abs(x - y).AsUInt32();
            }
            else
            {
                (x, y) = (Place(x), Place(y));
                distances = (Vector256.Max(x, y) - Vector256.Min(x, y)).AsUInt32();
            }

            equal -= Vector256.Equals(distances, threshold);
            var others = Vector256.Equals(Vector256.Max(distances, threshold), threshold);
            var mask = others.ExtractMostSignificantBits() ^ 0xff;
            var choice = Vector64.LoadUnsafe(ref choices, mask * Half).ToVector128Unsafe();
            var (lower, upper) = Vector256.Widen(Avx2.PermuteVar8x32(distances, Avx2.ConvertToVector256Int32(choice).AsUInt32()));
            lower.StoreUnsafe(ref Unsafe.Add(ref kept, count));
            upper.StoreUnsafe(ref Unsafe.Add(ref kept, count + (Half / 2)));
            count += BitOperations.PopCount(mask);
        }

        var atThreshold = Vector256.Sum(equal);
        Equal += atThreshold;
        Below += first.Length - atThreshold - (count - aboveCount);
        aboveCount = count;
    }

    private static IEnumerable<byte> Chosen(int mask) =>
        Enumerable.Range(0, Half).OrderByDescending(lane => (mask >> lane) & 1).Select(lane => (byte)lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Place(Vector256<int> bits)
    {
        var negative = bits >> 31;
        return (bits ^ (negative & Vector256.Create(int.MaxValue))) - negative;
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
