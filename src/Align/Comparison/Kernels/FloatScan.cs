using System.Runtime.InteropServices;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>Measures a tensor of floating-point numbers.</summary>
internal sealed class FloatScan<T, TElements> : PairScan
    where T : unmanaged
    where TElements : struct, IElements<T>
{
    // Neighbours are alike: the sample is taken in many places. In files each costs two calls of the system.
    private const int SampleRuns = 16;
    private const int RunElements = UlpSearch.SampleElements / SampleRuns;

    // A piece of each of two tensors is read into the second cache, and leaves it for nothing else. It consists of whole blocks.
    private const int PieceElements = 1 << 15;

    private readonly TensorData? firstStart;
    private readonly TensorData? secondStart;
    private readonly FloatChunk[] chunks;
    private readonly UlpSearch search = new();
    private bool guessed;

    public FloatScan(TensorData first, TensorData second, TensorData? firstStart, TensorData? secondStart)
        : base(first, second)
    {
        this.firstStart = firstStart;
        this.secondStart = secondStart;
        chunks = new FloatChunk[Chunks];
    }

    public override bool Pending => search.Stage != UlpStage.Done && Chunks > 0;

    protected override TensorMetrics Measured(UlpCounter? counter)
    {
        var sums = default(BlockSums);
        var all = new FloatChunk { BitwiseEqual = true };
        foreach (ref readonly var chunk in chunks.AsSpan())
        {
            // The first block with the largest difference; a NaN is larger than everything.
            if (!double.IsNaN(sums.MaxAbs) && (double.IsNaN(chunk.Sums.MaxAbs) || chunk.Sums.MaxAbs > sums.MaxAbs))
            {
                all.WorstBlock = chunk.WorstBlock;
            }

            sums.Add(chunk.Sums);
            all.NonFiniteFirst += chunk.NonFiniteFirst;
            all.NonFiniteSecond += chunk.NonFiniteSecond;
            all.BitwiseEqual &= chunk.BitwiseEqual;
        }

        var (relative, cosine) = Ratios(sums, all.NonFiniteFirst + all.NonFiniteSecond == 0);
        return new()
        {
            Count = First.Count,
            // The squares of differences below 1e-162 are nothing in float64; a bound of 0 must not let them pass.
            SumOfSquares = sums.Difference == 0 && sums.MaxAbs > 0 ? double.Epsilon : sums.Difference,
            RelativeL2 = relative,
            MaxAbs = sums.MaxAbs,
            Worst = Worst(sums.MaxAbs, all.WorstBlock, counter),
            Cosine = cosine,
            UlpP99 = search.Found,
            NonFiniteFirst = all.NonFiniteFirst,
            NonFiniteSecond = all.NonFiniteSecond,
            BitwiseEqual = all.BitwiseEqual,
        };
    }

    public override Movement? Movement()
    {
        if (firstStart is null || secondStart is null)
        {
            return null;
        }

        double first = 0,
            second = 0,
            difference = 0;
        foreach (ref readonly var chunk in chunks.AsSpan())
        {
            first += chunk.FirstMoved;
            second += chunk.SecondMoved;
            difference += chunk.Sums.Difference;
        }

        return Comparison.Movement.Of(first, second, difference);
    }

    protected override void Scan(int chunk, UlpCounter counter)
    {
        var (from, to) = (chunk * ChunkElements, (int)Math.Min((chunk + 1L) * ChunkElements, First.Count));
        Guess(counter);
        counter.Begin(search);
        var measures = search.Stage == UlpStage.Threshold;
        var finite = chunks[chunk].NonFiniteFirst + chunks[chunk].NonFiniteSecond == 0;
        var result = new FloatChunk { BitwiseEqual = true, WorstBlock = from };
        for (var at = from; at < to; at += PieceElements)
        {
            var end = Math.Min(at + PieceElements, to);
            var first = counter.First.Elements<T>(First, at, end);
            var second = counter.Second.Elements<T>(Second, at, end);
            if (measures)
            {
                Measure(ref result, first, second, at, counter);
            }
            else
            {
                counter.Add<T, TElements>(first, second, finite);
            }
        }

        if (measures)
        {
            chunks[chunk] = result;
        }

        search.Merge(counter);
    }

    protected override void EndPass(UlpCounter counter) => search.EndPass(counter.Cells);

    private void Guess(UlpCounter counter)
    {
        lock (chunks)
        {
            if (guessed || First.Count <= UlpSearch.SampleElements)
            {
                return;
            }

            guessed = true;
            var sample = new UlpSearch();
            counter.Begin(sample);
            for (var run = 0L; run < SampleRuns; run++)
            {
                var from = (int)((First.Count - RunElements) * run / (SampleRuns - 1));
                var first = counter.First.Elements<T>(First, from, from + RunElements);
                var second = counter.Second.Elements<T>(Second, from, from + RunElements);
                // Whatever a NaN is taken for: it is a guess.
                counter.Add<T, TElements>(first, second, finite: true);
            }

            search.Guess(counter);
        }
    }

    private (double RelativeL2, double Cosine) Ratios(in BlockSums sums, bool finite)
    {
        if (sums.MaxAbs == 0)
        {
            return (0, 1);
        }

        if (finite && First.Type == ElementType.Float64 && ScaledRatios.AreNeeded(sums))
        {
            var scaled = ScaledRatios.Of(First.As<double>(), Second.As<double>());
            return (scaled.RelativeL2, scaled.Cosine);
        }

        return (
            Math.Sqrt(sums.Difference) / Math.Sqrt(sums.First),
            sums.First == 0 || sums.Second == 0 ? 0 : sums.Product / Math.Sqrt(sums.First) / Math.Sqrt(sums.Second)
        );
    }

    private void Measure(ref FloatChunk chunk, ReadOnlySpan<T> first, ReadOnlySpan<T> second, int from, UlpCounter counter)
    {
        for (var at = 0; at < first.Length; at += BlockElements)
        {
            var length = Math.Min(BlockElements, first.Length - at);
            var a = first.Slice(at, length);
            var b = second.Slice(at, length);
            // Different blocks mostly differ at their beginning; equal ones are in the cache after this.
            var equal = MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));
            var sums = equal ? BlockKernel.OwnSums<T, TElements>(a) : BlockKernel.Sums<T, TElements>(a, b);
            long nonFiniteFirst = 0,
                nonFiniteSecond = 0;
            if (!double.IsFinite(sums.First) || !double.IsFinite(sums.Second))
            {
                nonFiniteFirst = CountNonFinite(a);
                nonFiniteSecond = CountNonFinite(b);
                // What is equal differs by nothing, unless it is no number.
                sums = nonFiniteFirst > 0 ? BlockKernel.Sums<T, TElements>(a, b) : sums;
            }

            if (equal && nonFiniteFirst == 0)
            {
                counter.AddEqual(length);
            }
            else
            {
                counter.Add<T, TElements>(a, b, nonFiniteFirst + nonFiniteSecond == 0);
            }

            if (!double.IsNaN(chunk.Sums.MaxAbs) && !(sums.MaxAbs <= chunk.Sums.MaxAbs))
            {
                chunk.WorstBlock = from + at;
            }

            chunk.Sums.Add(sums);
            chunk.NonFiniteFirst += nonFiniteFirst;
            chunk.NonFiniteSecond += nonFiniteSecond;
            chunk.BitwiseEqual &= equal;
            Move(ref chunk, a, b, equal, from + at, counter);
        }
    }

    private void Move(ref FloatChunk chunk, ReadOnlySpan<T> first, ReadOnlySpan<T> second, bool equal, int from, UlpCounter counter)
    {
        if (firstStart is null || secondStart is null)
        {
            return;
        }

        var start = counter.Start.Elements<T>(firstStart, from, from + first.Length);
        var moved = BlockKernel.SquaredDistance<T, TElements>(first, start);
        chunk.FirstMoved += moved;
        chunk.SecondMoved +=
            equal && ReferenceEquals(firstStart, secondStart)
                ? moved
                : BlockKernel.SquaredDistance<T, TElements>(second, counter.Start.Elements<T>(secondStart, from, from + second.Length));
    }

    private static long CountNonFinite(ReadOnlySpan<T> block)
    {
        long count = 0;
        foreach (var value in block)
        {
            count += TElements.IsFinite(value) ? 0 : 1;
        }

        return count;
    }
}
