namespace PPYolo.Kernels.Memory;

/// <summary>Independent pieces of work on threads. Which thread does which piece must not change a result.</summary>
internal static class Work
{
    /// <summary>Does the pieces 0 to <paramref name="count"/> - 1. When one fails on several threads, others may be left out.</summary>
    public static void ForEach(int count, int threads, Action<int> work) =>
        ForEach(count, threads, () => default(Nothing), (piece, _) => work(piece));

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

        var runs = new PieceRuns(count, Math.Min(threads, count));
        Parallel.For(
            0,
            runs.Count,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            run =>
            {
                if (runs.Next(run) is var piece and >= 0)
                {
                    using var mine = own();
                    for (; piece >= 0; piece = runs.Next(run))
                    {
                        work(piece, mine);
                    }
                }
            }
        );
    }

    private readonly struct Nothing : IDisposable
    {
        public void Dispose() { }
    }
}
