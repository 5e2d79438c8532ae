namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// Tells the other ranks now and then that this one computes, so that they go on waiting for it however slow its machine is. A rank that
/// hangs, or waits itself, gives no sign.
/// </summary>
internal sealed unsafe class MpiSigns : IDisposable
{
    /// <summary>The tag of a sign.</summary>
    public const int Tag = 10;

    private readonly MpiFunctions mpi;
    private readonly MpiEnd end;
    private readonly MpiExchange exchange;
    private readonly int rank;
    private readonly TimeSpan interval;
    private readonly RankActivity activity = new();
    private readonly ManualResetEventSlim stop = new();
    private readonly Thread thread;

    // What is being sent stays where it is.
    private readonly nint[] requests;
    private readonly bool[] open;
    private readonly byte[] sign = GC.AllocateArray<byte>(1, pinned: true);

    /// <summary>Begins; the calling thread is the rank's.</summary>
    public MpiSigns(MpiFunctions mpi, MpiEnd end, MpiExchange exchange, int rank, int size, TimeSpan interval)
    {
        this.mpi = mpi;
        this.end = end;
        this.exchange = exchange;
        this.rank = rank;
        this.interval = interval;
        requests = GC.AllocateArray<nint>(size, pinned: true);
        open = new bool[size];
        thread = new Thread(Run) { IsBackground = true, Name = "signs of life" };
        thread.Start();
    }

    /// <summary>Stops; none is on its way to be sent afterwards.</summary>
    public void Dispose()
    {
        stop.Set();
        thread.Join();
        stop.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!stop.Wait(interval) && !end.Begun)
            {
                if (activity.HasAdvanced() && exchange.Current is null)
                {
                    Send();
                }
            }

            while (!end.Begun && open.Where((_, other) => IsOpen(other)).Any())
            {
                Thread.Sleep(1);
            }
        }
        catch (MpiException)
        {
            // A rank that cannot be reached: the next call says so.
        }
    }

    private void Send()
    {
        for (var other = 0; other < open.Length; other++)
        {
            // A rank that has not taken the last one needs no other.
            if (other != rank && !IsOpen(other))
            {
                mpi.Send(AddressOf(sign), 1, other, Tag, Request(other));
                open[other] = true;
            }
        }
    }

    private bool IsOpen(int other) => open[other] && (open[other] = !mpi.Ended(Request(other)));

    private nint* Request(int other) => (nint*)AddressOf(requests) + other;

    private static nint AddressOf<T>(T[] pinned)
        where T : unmanaged =>
        (nint)
            System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(pinned)
            );
}
