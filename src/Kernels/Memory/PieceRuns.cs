namespace PPYolo.Kernels.Memory;

/// <summary>
/// Pieces of work in runs, one for each thread. A thread does those of its own run in their order, and is then given the last ones of the
/// longest run, one after the other: what neighbouring pieces read stays in its cache, and nobody waits for longer than a piece takes.
/// Parallel.For hands out up to sixteen at once. Where fewer threads come than there are runs, all pieces are done all the same.
/// </summary>
internal sealed class PieceRuns
{
    // The next piece, and in the upper half the one behind the last: both change at once.
    private readonly long[] spans;

    /// <summary>Cuts pieces into runs.</summary>
    /// <param name="count">Pieces.</param>
    /// <param name="runs">Runs, as many as pieces at most.</param>
    public PieceRuns(int count, int runs)
    {
        spans = new long[runs];
        for (var run = 0; run < runs; run++)
        {
            spans[run] = Span((int)((long)count * run / runs), (int)((long)count * (run + 1) / runs));
        }
    }

    /// <summary>Runs.</summary>
    public int Count => spans.Length;

    /// <summary>Takes a piece for the thread of a run; -1 where none is left.</summary>
    /// <param name="run">The thread's run.</param>
    public int Next(int run)
    {
        for (var other = run; other >= 0; other = Longest())
        {
            long span;
            while (Left(span = Volatile.Read(ref spans[other])) > 0)
            {
                int first = (int)span,
                    end = (int)(span >> 32);
                var (piece, rest) = other == run ? (first, Span(first + 1, end)) : (end - 1, Span(first, end - 1));
                if (Interlocked.CompareExchange(ref spans[other], rest, span) == span)
                {
                    return piece;
                }
            }
        }

        return -1;
    }

    private int Longest()
    {
        int longest = -1,
            most = 0;
        for (var run = 0; run < spans.Length; run++)
        {
            var left = Left(Volatile.Read(ref spans[run]));
            if (left > most)
            {
                (longest, most) = (run, left);
            }
        }

        return longest;
    }

    private static long Span(int first, int end) => ((long)end << 32) | (uint)first;

    private static int Left(long span) => (int)(span >> 32) - (int)span;
}
