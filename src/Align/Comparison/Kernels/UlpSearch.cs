using System.Buffers;

namespace PPYolo.Align.Comparison.Kernels;

/// <summary>
/// The search for the 99th percentile of a tensor's distances. Counting every distance would take longer than everything else; so a
/// threshold a little below the percentile is guessed from a sample, and only the few distances above it are looked at one by one. What is
/// found is exact: where the guess was wrong, all are counted after all.
/// </summary>
internal sealed class UlpSearch
{
    /// <summary>Elements of a sample; of smaller tensors every distance is kept.</summary>
    public const int SampleElements = 4096;

    // Low enough for the percentile to be above it in spite of chance, high enough for few to be.
    private const double SampleQuantile = 0.975;

    private const int TooManyAbove = 8;

    private readonly Lock merging = new();
    private ulong[] above = [];
    private int aboveCount;
    private long below;
    private long equal;
    private long total;
    private bool overflowing;
    private long[]? counts;

    /// <summary>What the next pass does.</summary>
    public UlpStage Stage { get; private set; }

    /// <summary>The distance that others are compared with.</summary>
    public ulong Threshold { get; private set; }

    /// <summary>The search for the rank, once all are counted in cells.</summary>
    public UlpRank? Rank { get; private set; }

    /// <summary>The percentile; null where there is no distance.</summary>
    public ulong? Found { get; private set; }

    /// <summary>Guesses the threshold.</summary>
    /// <param name="sample">Has counted a sample from the threshold 0: no distance is below it.</param>
    public void Guess(UlpCounter sample)
    {
        var rank = 1 + (long)((sample.Equal + sample.Above.Length - 1) * SampleQuantile) - sample.Equal;
        Threshold = rank > 0 ? UlpRank.Select(sample.Above, rank, sample.Cells) : 0;
    }

    /// <summary>Takes what a thread has counted.</summary>
    public void Merge(UlpCounter counter)
    {
        lock (merging)
        {
            if (Stage != UlpStage.Threshold)
            {
                counts ??= new long[UlpCells.Wide];
                counter.AddTo(counts);
                return;
            }

            below += counter.Below;
            equal += counter.Equal;
            total += counter.Below + counter.Equal + counter.Above.Length;
            // A chunk may have many where the next have none; no more are kept than that.
            overflowing |= aboveCount + counter.Above.Length > UlpCounter.MaxElements + (total / TooManyAbove);
            if (overflowing)
            {
                Forget();
            }
            else
            {
                Keep(counter.Above);
            }
        }
    }

    /// <summary>Ends a pass.</summary>
    public void EndPass(Span<long> table)
    {
        // Nearest rank: the smallest distance that at least 99 of 100 do not exceed.
        var rank = ((total * 99) + 99) / 100;
        if (Stage != UlpStage.Threshold)
        {
            Rank!.Narrow(counts);
            counts = null;
            Stage = Rank.Found ? UlpStage.Done : UlpStage.Range;
            Found = Rank.Found ? Rank.Low : null;
        }
        else if (total == 0)
        {
            Stage = UlpStage.Done;
        }
        else if (rank > below && rank <= below + equal)
        {
            Found = Threshold;
            Stage = UlpStage.Done;
        }
        else if (rank <= below || overflowing)
        {
            Rank = new UlpRank(rank);
            Stage = UlpStage.Cells;
        }
        else
        {
            Found = UlpRank.Select(above.AsSpan(0, aboveCount), rank - below - equal, table);
            Stage = UlpStage.Done;
        }

        Forget();
    }

    private void Keep(ReadOnlySpan<ulong> distances)
    {
        if (above.Length - aboveCount < distances.Length)
        {
            // Lent, since one tensor after the other needs it: fresh memory would be cleared each time.
            var wider = ArrayPool<ulong>.Shared.Rent(Math.Max(2 * above.Length, aboveCount + distances.Length));
            above.AsSpan(0, aboveCount).CopyTo(wider);
            Return();
            above = wider;
        }

        distances.CopyTo(above.AsSpan(aboveCount));
        aboveCount += distances.Length;
    }

    private void Forget()
    {
        Return();
        above = [];
        aboveCount = 0;
    }

    private void Return()
    {
        if (above.Length > 0)
        {
            ArrayPool<ulong>.Shared.Return(above);
        }
    }
}
