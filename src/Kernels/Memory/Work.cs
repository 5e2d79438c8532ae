namespace PPYolo.Kernels.Memory;

/// <summary>Independent pieces of work on threads. Which thread does which piece must not change a result.</summary>
internal static class Work
{
    /// <summary>Does the pieces 0 to <paramref name="count"/> - 1.</summary>
    public static void ForEach(int count, int threads, Action<int> work)
    {
        if (threads == 1 || count == 1)
        {
            for (var piece = 0; piece < count; piece++)
            {
                work(piece);
            }

            return;
        }

        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
    }

    /// <summary>The same where each thread needs something of its own, which is disposed at the end.</summary>
    public static void ForEach<T>(int count, int threads, Func<T> own, Action<int, T> work)
        where T : IDisposable
    {
        if (threads == 1 || count == 1)
        {
            using var only = own();
            for (var piece = 0; piece < count; piece++)
            {
                work(piece, only);
            }

            return;
        }

        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            own,
            (piece, _, mine) =>
            {
                work(piece, mine);
                return mine;
            },
            mine => mine.Dispose()
        );
    }
}
