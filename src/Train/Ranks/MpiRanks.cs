using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using PPYolo.Align;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Ranks.Nccl;
using PPYolo.Train.Runtime;
using TorchSharp;
using static TorchSharp.torch;

// Longer than others: all that IRanks asks for, over one library; signals, transfers, sums and NCCL have files of their own.
namespace PPYolo.Train.Ranks;

/// <summary>
/// One of several ranks that are processes, on one machine or several, started by mpirun or srun. A failure of any rank writes one message
/// and ends the processes of all with an exit code other than 0: calls throw nothing that could be caught, because the others cannot be
/// brought back into step.
/// </summary>
public sealed unsafe class MpiRanks : IRanks
{
    private const int BroadcastTag = 4;
    private const int GatherTag = 5;

    // Longer than any envelope, so that the tensor does not go with it.
    private const long Afterwards = long.MaxValue;

    private const long BroadcastBytes = 64 * 1024 * 1024;

    private readonly MpiFunctions mpi;
    private readonly MpiEnd end;
    private readonly MpiTransfers transfers;
    private readonly MpiExchange exchange;
    private readonly MpiReduction reduction;
    private readonly HostMemory memory = new();
    private readonly MpiSigns signs;
    private readonly MpiSignals signals;
    private NcclGroup? cards;
    private bool hasAskedForCards;
    private readonly TimeSpan timeout;
    private long ticks;
    private bool disposed;

    private MpiRanks(MpiFunctions mpi, MpiEnd end, int rank, int size, TimeSpan timeout)
    {
        Rank = rank;
        Size = size;
        this.mpi = mpi;
        this.end = end;
        this.timeout = timeout;
        transfers = new MpiTransfers(mpi, end);
        exchange = new MpiExchange(transfers, end, rank, size, timeout);
        reduction = new MpiReduction(transfers, exchange, rank, size);
        signs = new MpiSigns(mpi, end, exchange, rank, size, timeout / 10);
        signals = new(end, exchange, rank, () => LastWords?.Invoke(), Abort);
    }

    /// <summary>Whether this process was started as one of several ranks, by mpirun or srun.</summary>
    public static bool IsLaunched => MpiLaunch.Current is not null;

    /// <summary>
    /// Asked when a signal ends the ranks: cleans up, and says what is safe and how to go on. Null where there is nothing to say.
    /// </summary>
    public static Func<string>? LastWords { get; set; }

    /// <inheritdoc />
    public int Rank { get; }

    /// <inheritdoc />
    public int Size { get; }

    /// <inheritdoc />
    public int LocalRank { get; private set; }

    /// <inheritdoc />
    public long BytesReduced { get; private set; }

    /// <inheritdoc />
    public double SecondsInCalls => (double)ticks / Stopwatch.Frequency;

    /// <summary>Joins the ranks that the launcher started; once in a process.</summary>
    /// <param name="timeout">
    /// How long a rank waits for others that use no processor time; <see cref="RanksOptions.StandardTimeout"/> unless given.
    /// </param>
    /// <exception cref="AlignException">The process was started alone, or the machine's MPI library cannot be used.</exception>
    public static MpiRanks Start(TimeSpan? timeout = null)
    {
        var launch = MpiLaunch.Current ?? throw new AlignException("MPI ranks: this process was not started by mpirun or srun");
        var patience = timeout ?? RanksOptions.StandardTimeout;
        var mpi = new MpiFunctions(MpiLibrary.Load());
        // Nobody can say that it is on its way before all are there: the clock decides, and a short timeout is for what comes afterwards.
        var start = patience > RanksOptions.StandardTimeout ? patience : RanksOptions.StandardTimeout;
        var (rank, size) = MpiEnd.Guarded("MPI_Init_thread", start, mpi.Initialize);
        if (size != launch.Size)
        {
            throw new AlignException(
                $"MPI ranks: {launch.Launcher} started {launch.Size} processes, but Open MPI sees {size}; start them with Open MPI's "
                    + $"own mpirun, or with srun --mpi=pmix"
            );
        }

        var ranks = new MpiRanks(mpi, new MpiEnd(mpi, rank, size), rank, size, patience);
        var hosts = ranks.Gather("host names", Encoding.UTF8.GetBytes(Environment.MachineName));
        ranks.LocalRank = launch.LocalRank ?? hosts.Take(rank).Count(host => host.AsSpan().SequenceEqual(hosts[rank]));
        return ranks;
    }

    /// <inheritdoc />
    public void Sum(string what, Tensor tensor)
    {
        var call = RankCall.Of(CallKind.Sum, what, tensor);
        if (CardsOf(tensor) is { } group)
        {
            Make(call, Afterwards, () => group.Sum(tensor));
            return;
        }

        var mine = memory.Open(tensor);
        var small = MpiExchange.Fits(call.Bytes);
        if (small)
        {
            Buffer.MemoryCopy((void*)mine, (void*)exchange.Payload(Rank), MpiEnvelope.PayloadBytes, call.Bytes);
        }

        Make(
            call,
            call.Bytes,
            () =>
            {
                if (small)
                {
                    Span<nint> sources = stackalloc nint[Size];
                    for (var rank = 0; rank < Size; rank++)
                    {
                        sources[rank] = exchange.Payload(rank);
                    }

                    RankOrderSum.Add(call.Type, sources, [mine], 0, call.Count);
                }
                else
                {
                    reduction.Sum(call, mine);
                }
            }
        );
        memory.Close(tensor);
    }

    /// <inheritdoc />
    public void Broadcast(string what, Tensor tensor)
    {
        var call = RankCall.Of(CallKind.Broadcast, what, tensor);
        if (CardsOf(tensor) is { } group)
        {
            Make(call, Afterwards, () => group.Broadcast(tensor));
            return;
        }

        var mine = memory.Open(tensor);
        Make(
            call,
            Afterwards,
            () =>
            {
                for (long start = 0; start < call.Bytes; start += BroadcastBytes)
                {
                    var length = Math.Min(BroadcastBytes, call.Bytes - start);
                    for (var other = 1; other < Size; other++)
                    {
                        if (Rank == 0)
                        {
                            transfers.Send(mine + (nint)start, length, other, BroadcastTag);
                        }
                        else if (Rank == other)
                        {
                            transfers.Receive(mine + (nint)start, length, 0, BroadcastTag);
                        }
                    }

                    exchange.WaitForData();
                }
            }
        );
        memory.Close(tensor, changed: Rank != 0);
    }

    /// <inheritdoc />
    public IReadOnlyList<byte[]> Gather(string what, ReadOnlySpan<byte> message)
    {
        var mine = GC.AllocateUninitializedArray<byte>(message.Length, pinned: true);
        message.CopyTo(mine);
        if (MpiExchange.Fits(mine.Length))
        {
            message.CopyTo(new Span<byte>((void*)exchange.Payload(Rank), mine.Length));
        }

        var all = new byte[Size][];
        Make(
            new RankCall(CallKind.Gather, what),
            mine.Length,
            () =>
            {
                for (var rank = 0; rank < Size; rank++)
                {
                    all[rank] = Receive(rank, mine);
                    if (rank != Rank && !MpiExchange.Fits(mine.Length))
                    {
                        transfers.Send(Address(mine), mine.Length, rank, GatherTag);
                    }
                }

                exchange.WaitForData();
            }
        );
        return all;
    }

    /// <inheritdoc />
    public void Barrier(string what) => Make(new RankCall(CallKind.Barrier, what), 0, () => { });

    /// <inheritdoc />
    public T? Lend<T>(string what, Func<T> make)
        where T : class => null;

    /// <inheritdoc />
    /// <remarks>Writes the reason and ends the processes of all ranks; does not return.</remarks>
    public void Abort(string reason) => Abort(reason, RankFailure.ExitCode);

    /// <summary>Writes the reason and ends the processes of all ranks with an exit code; does not return.</summary>
    public void Abort(string reason, int exitCode) =>
        end.All(new RankFailureException(Rank, exchange.Whereabouts, reason).Message, exitCode);

    /// <summary>
    /// Called on all ranks, which know the same: rank 0 writes the message, and the processes end with an exit code; does not return.
    /// </summary>
    public void EndTogether(string message, int exitCode)
    {
        if (Rank == 0)
        {
            end.All(message, exitCode);
        }

        MpiEnd.Quietly(exitCode);
    }

    /// <summary>Leaves the others, who must leave too: a rank that leaves while others call is a failure like any other.</summary>
    public void Dispose()
    {
        if (disposed || end.Begun)
        {
            return;
        }

        disposed = true;
        signs.Dispose();
        Make(new RankCall(CallKind.Leave, ""), 0, () => cards?.Dispose());
        // None is on its way: each rank stops before it leaves.
        while (mpi.Take(MpiSigns.Tag)) { }

        // Afterwards MPI may not be called, not even for a last word.
        signals.Dispose();
        MpiEnd.Guarded(
            "MPI_Finalize",
            timeout,
            () =>
            {
                mpi.Complete();
                return 0;
            }
        );
        reduction.Dispose();
        memory.Dispose();
    }

    /// <summary>Those who exchange tensors of cards by NCCL; null where the tensor is not on one, or a rank has no NCCL.</summary>
    private NcclGroup? CardsOf(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CUDA)
        {
            return null;
        }

        if (!hasAskedForCards)
        {
            hasAskedForCards = true;
            CudaDriver.MakeCurrent(tensor.device_index);
            cards = NcclGroup.Join(NcclFunctions.Find(), this);
            if (cards is null && Rank == 0)
            {
                Console.Error.WriteLine("ppyolo: note: not every rank has libnccl.so.2; tensors of cards go through the host's memory");
            }
        }

        return cards;
    }

    private void Make(RankCall call, long length, Action move)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            exchange.Start(call, length);
            move();
            exchange.Finish();
        }
        catch (MpiException exception)
        {
            // The library does not say which rank it could not reach.
            end.All(new RankFailureException(null, call.ToString(), exception.Message).Message, RankFailure.ExitCode);
        }

        BytesReduced += call.MovesTensor ? call.Bytes : 0;
        ticks += Stopwatch.GetTimestamp() - since;
    }

    private byte[] Receive(int rank, byte[] mine)
    {
        var length = exchange.Lengths[rank];
        if (rank == Rank)
        {
            return [.. mine];
        }

        var message = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        if (MpiExchange.Fits(length))
        {
            new ReadOnlySpan<byte>((void*)exchange.Payload(rank), (int)length).CopyTo(message);
        }
        else
        {
            transfers.Receive(Address(message), length, rank, GatherTag);
        }

        return message;
    }

    private static nint Address(byte[] pinned) =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
