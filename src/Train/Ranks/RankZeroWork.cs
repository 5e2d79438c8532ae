using System.Runtime.ExceptionServices;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Work that rank 0 does while the others wait. It may take longer than ranks otherwise wait for each other: rank 0 tells them that it goes
/// on.
/// </summary>
internal static class RankZeroWork
{
    private const byte GoesOn = 1,
        Done = 0;

    /// <summary>Works on rank 0 and returns on all ranks when it is done.</summary>
    /// <param name="ranks">Who waits.</param>
    /// <param name="what">What is done, for messages.</param>
    /// <param name="work">The work; with several ranks it runs on a thread of its own, with as many torch threads as the calling
    /// one.</param>
    /// <param name="interval">How often rank 0 tells that it goes on; every second unless given.</param>
    public static void Run(IRanks ranks, string what, Action work, TimeSpan? interval = null)
    {
        if (ranks.Size == 1)
        {
            work();
        }
        else if (ranks.Rank > 0)
        {
            while (ranks.Gather(what, [])[0] is [GoesOn]) { }
        }
        else
        {
            var threads = torch.get_num_threads();
            Exception? failure = null;
            var worker = new Thread(() =>
            {
                try
                {
                    TorchThreads.Set(threads);
                    work();
                }
#pragma warning disable CA1031 // Thrown on by the rank's own thread.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    failure = exception;
                }
            })
            {
                IsBackground = true,
                Name = what,
            };
            worker.Start();
            while (!worker.Join(interval ?? TimeSpan.FromSeconds(1)))
            {
                ranks.Gather(what, [GoesOn]);
            }

            if (failure is not null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            ranks.Gather(what, [Done]);
        }
    }
}
