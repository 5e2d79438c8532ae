namespace PPYolo.Model.Layers;

/// <summary>
/// Independent pieces of work on threads. Which thread does which piece must not change a result. A thread takes the next piece when it has done one: ranges, as <see cref="Parallel"/> deals them, leave a
/// thread with several pieces while another has nothing to do.
/// </summary>
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

        var next = -1;
        Parallel.For(0, Math.Min(count, threads), new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            for (var piece = Interlocked.Increment(ref next); piece < count; piece = Interlocked.Increment(ref next))
            {
                work(piece);
            }
        });
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

        var next = -1;
        Parallel.For(0, Math.Min(count, threads), new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            var piece = Interlocked.Increment(ref next);
            if (piece >= count)
            {
                return;
            }

            using var mine = own();
            for (; piece < count; piece = Interlocked.Increment(ref next))
            {
                work(piece, mine);
            }
        });
    }
}
