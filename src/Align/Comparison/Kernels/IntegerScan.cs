using System.Numerics;
using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>Compares a tensor of integers or booleans exactly. Such tensors are small and mostly equal; only then is it fast.</summary>
internal sealed class IntegerScan<T>(TensorData first, TensorData second, TensorData? firstStart, TensorData? secondStart)
    : PairScan(first, second)
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly BlockSums[] sums = new BlockSums[(first.Count + ChunkElements - 1) / ChunkElements];
    private readonly (double First, double Second)[] moved = new (double, double)[(first.Count + ChunkElements - 1) / ChunkElements];
    private bool done = first.Count == 0;

    public override bool Pending => !done;

    protected override TensorMetrics Measured(UlpCounter? counter)
    {
        var total = default(BlockSums);
        foreach (ref readonly var part in sums.AsSpan())
        {
            total.Add(part);
        }

        return new()
        {
            Count = First.Count,
            SumOfSquares = total.Difference,
            RelativeL2 = total.MaxAbs == 0 ? 0 : Math.Sqrt(total.Difference) / Math.Sqrt(total.First),
            MaxAbs = total.MaxAbs,
            Worst = Worst(),
            Cosine =
                total.MaxAbs == 0 ? 1
                : total.First == 0 || total.Second == 0 ? 0
                : total.Product / Math.Sqrt(total.First) / Math.Sqrt(total.Second),
            NonFiniteFirst = 0,
            NonFiniteSecond = 0,
            BitwiseEqual = First.Bytes.Span.SequenceEqual(Second.Bytes.Span),
        };
    }

    public override Movement? Movement() =>
        firstStart is null || secondStart is null
            ? null
            : Comparison.Movement.Of(moved.Sum(part => part.First), moved.Sum(part => part.Second), sums.Sum(part => part.Difference));

    protected override void Scan(int chunk, UlpCounter counter)
    {
        sums[chunk] = Sums(Elements(First, chunk), Elements(Second, chunk));
        if (firstStart is not null && secondStart is not null)
        {
            moved[chunk] = (
                Sums(Elements(First, chunk), Elements(firstStart, chunk)).Difference,
                Sums(Elements(Second, chunk), Elements(secondStart, chunk)).Difference
            );
        }
    }

    protected override void EndPass(UlpCounter counter) => done = true;

    private static BlockSums Sums(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
    {
        var sums = default(BlockSums);
        if (first.SequenceEqual(second))
        {
            foreach (var value in first)
            {
                sums.First += Squared(value);
            }

            sums.Second = sums.First;
            sums.Product = sums.First;
            return sums;
        }

        for (var i = 0; i < first.Length; i++)
        {
            var difference = (double)Distance(first[i], second[i]);
            sums.Add(
                new()
                {
                    Difference = difference * difference,
                    First = Squared(first[i]),
                    Second = Squared(second[i]),
                    Product = double.CreateTruncating(first[i]) * double.CreateTruncating(second[i]),
                    MaxAbs = difference,
                }
            );
        }

        return sums;
    }

    private static double Squared(T value)
    {
        var wide = double.CreateTruncating(value);
        return wide * wide;
    }

    // As float64 two large integers that differ may be the same number; and the difference of two 64-bit integers can need 64 bits: it is
    // right as an unsigned number.
    private static ulong Distance(T first, T second) =>
        first > second
            ? unchecked(ulong.CreateTruncating(first) - ulong.CreateTruncating(second))
            : unchecked(ulong.CreateTruncating(second) - ulong.CreateTruncating(first));

    private WorstElement? Worst()
    {
        var a = MemoryMarshal.Cast<byte, T>(First.Bytes.Span);
        var b = MemoryMarshal.Cast<byte, T>(Second.Bytes.Span);
        if (a.SequenceEqual(b))
        {
            return null;
        }

        var worst = 0;
        for (var i = 1; i < a.Length; i++)
        {
            worst = Distance(a[i], b[i]) > Distance(a[worst], b[worst]) ? i : worst;
        }

        return new(IndexOf(worst), double.CreateTruncating(a[worst]), double.CreateTruncating(b[worst]));
    }

    private static ReadOnlySpan<T> Elements(TensorData tensor, int chunk)
    {
        var all = MemoryMarshal.Cast<byte, T>(tensor.Bytes.Span);
        var from = chunk * ChunkElements;
        return all[from..(int)Math.Min((long)from + ChunkElements, all.Length)];
    }
}
