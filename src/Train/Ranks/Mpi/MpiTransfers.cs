using System.Diagnostics;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>Sends and receives that have been started, and the wait for them with an end.</summary>
internal sealed unsafe class MpiTransfers(MpiFunctions mpi, MpiEnd end)
{
    private static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(50);
    private static readonly TimeSpan Yield = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan YieldWhileMoving = TimeSpan.FromMilliseconds(200);

    private nint[] requests = GC.AllocateArray<nint>(16, pinned: true);
    private int[] peers = new int[16];
    private int count;

    /// <summary>The ranks whose transfers have not ended, in order.</summary>
    public IEnumerable<int> Waiting => peers.Take(count).Distinct().Order();

    public void Send(nint memory, long length, int rank, int tag) => mpi.Send(memory, (int)length, rank, tag, Next(rank));

    public void Receive(nint memory, long length, int rank, int tag) => mpi.Receive(memory, (int)length, rank, tag, Next(rank));

    /// <summary>Waits until all have ended.</summary>
    /// <param name="timeout">How long to wait without any of them ending and without a sign from a rank that computes.</param>
    /// <param name="moving">Whether all ranks are known to be in this call. MPI moves nothing while nobody asks, so then the wait is more
    /// eager.</param>
    /// <returns>Whether they have; false after the timeout.</returns>
    public bool Wait(TimeSpan timeout, bool moving)
    {
        var since = Stopwatch.GetTimestamp();
        while (count > 0)
        {
            if (Remove())
            {
                since = Stopwatch.GetTimestamp();
                continue;
            }

            var waited = Stopwatch.GetElapsedTime(since);
            if (waited < Spin)
            {
                Thread.SpinWait(20);
            }
            else if (waited < (moving ? YieldWhileMoving : Yield))
            {
                Thread.Yield();
            }
            else if (waited < timeout)
            {
                // The core is better used by a rank that still computes.
                Thread.Sleep(1);
                if (end.Begun)
                {
                    MpiEnd.Quietly(RankFailure.ExitCode);
                }

                if (mpi.Take(MpiSigns.Tag))
                {
                    since = Stopwatch.GetTimestamp();
                }
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private bool Remove()
    {
        var before = count;
        for (var i = count - 1; i >= 0; i--)
        {
            fixed (nint* request = &requests[i])
            {
                if (mpi.Ended(request))
                {
                    count--;
                    requests[i] = requests[count];
                    peers[i] = peers[count];
                }
            }
        }

        return count < before;
    }

    private nint* Next(int rank)
    {
        if (count == requests.Length)
        {
            var larger = GC.AllocateArray<nint>(2 * count, pinned: true);
            requests.CopyTo(larger, 0);
            requests = larger;
            Array.Resize(ref peers, 2 * count);
        }

        peers[count] = rank;
        return (nint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref requests[count++]);
    }
}
