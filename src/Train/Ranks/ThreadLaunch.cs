using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Train.Ranks;

/// <summary>Starts ranks as threads and waits for them.</summary>
internal sealed class ThreadLaunch<T>
{
    private readonly int size;
    private readonly Func<IRanks, T> body;
    private readonly int threadsPerRank;
    private readonly ThreadGroup group;
    private readonly ThreadExchange exchange;
    private readonly T[] results;

    public ThreadLaunch(int size, Func<IRanks, T> body, TimeSpan timeout, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        this.size = size;
        this.body = body;
        // The same for every rank, so that all compute alike.
        threadsPerRank = Math.Max(1, threads / size);
        group = new ThreadGroup(size, timeout);
        exchange = new ThreadExchange(size);
        results = new T[size];
    }

    public T[] Run()
    {
        var before = torch.get_num_threads();
        try
        {
            for (var rank = 0; rank < size; rank++)
            {
                var ranks = new ThreadRanks(rank, size, group, exchange);
                // In the background, so that a rank that hangs cannot keep the process alive.
                new Thread(() => RunRank(ranks)) { Name = $"rank {rank}", IsBackground = true }.Start();
            }

            if (group.WaitForEnd() is { } failure)
            {
                throw failure.Seen(null);
            }

            return results;
        }
        finally
        {
            // Threads that start later take the number that was set last, by whichever thread.
            torch.set_num_threads(before);
        }
    }

    private void RunRank(ThreadRanks ranks)
    {
        try
        {
            group.Enter(ranks.Rank);
            TorchThreads.Set(threadsPerRank);
            results[ranks.Rank] = body(ranks);
        }
#pragma warning disable CA1031 // Whatever ends a rank must end the others; the launcher throws it on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            group.Fail(new RankFailure(ranks.Rank, null, $"{RankFailure.CauseOf(exception)} ({group.Whereabouts(ranks.Rank)})", exception));
        }
        finally
        {
            ranks.Dispose();
            group.End(ranks.Rank);
        }
    }
}
