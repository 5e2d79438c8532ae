namespace PPYolo.Train.Ranks;

/// <summary>Runs the same work on some number of ranks in this process.</summary>
public static class ThreadTeam
{
    /// <summary>Runs and returns what rank 0 returned; one rank runs on the calling thread.</summary>
    /// <param name="size">How many ranks.</param>
    /// <param name="threads">Threads of libtorch over all ranks.</param>
    /// <param name="work">The work of a rank.</param>
    /// <exception cref="RankFailureException">A rank failed; the message says which, where and why.</exception>
    public static T Run<T>(int size, int threads, Func<IRanks, T> work)
    {
        if (size == 1)
        {
            using var solo = new SoloRanks();
            return work(solo);
        }

        return ThreadRanks.Run(size, work, threads: threads)[0];
    }
}
