using System.Diagnostics;
using System.Runtime.CompilerServices;
using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// One of several ranks that are threads of this process; <see cref="Run(int, Action{IRanks}, TimeSpan?, int?)"/> starts them. Each rank
/// adds its slice of a tensor over all ranks, straight in their memory, so a rank's cost grows with the bytes and not with bytes times
/// ranks.
/// </summary>
public sealed unsafe class ThreadRanks : IRanks
{
    private readonly ThreadGroup group;
    private readonly ThreadExchange exchange;
    private int parity;
    private long ticks;

    internal ThreadRanks(int rank, int size, ThreadGroup group, ThreadExchange exchange)
    {
        Rank = rank;
        Size = size;
        this.group = group;
        this.exchange = exchange;
    }

    /// <inheritdoc />
    public int Rank { get; }

    /// <inheritdoc />
    public int Size { get; }

    /// <inheritdoc />
    public int LocalRank => Rank;

    /// <inheritdoc />
    public long BytesReduced { get; private set; }

    /// <inheritdoc />
    public double SecondsInCalls => (double)ticks / Stopwatch.Frequency;

    /// <summary>Starts one thread per rank and waits for all.</summary>
    /// <param name="size">How many ranks.</param>
    /// <param name="body">What each does with its <see cref="IRanks"/>, on its thread.</param>
    /// <param name="timeout">
    /// How long a rank waits for others that use no processor time; <see cref="RanksOptions.StandardTimeout"/> unless given.
    /// </param>
    /// <param name="threads">Torch threads, divided over the ranks; those of the caller unless given.</param>
    /// <exception cref="RankFailureException">A rank failed: its own exception is inside.</exception>
    public static void Run(int size, Action<IRanks> body, TimeSpan? timeout = null, int? threads = null) =>
        Run<object?>(
            size,
            ranks =>
            {
                body(ranks);
                return null;
            },
            timeout,
            threads
        );

    /// <summary>Starts one thread per rank, waits for all and returns their results by rank.</summary>
    /// <inheritdoc cref="Run(int, Action{IRanks}, TimeSpan?, int?)" />
    public static T[] Run<T>(int size, Func<IRanks, T> body, TimeSpan? timeout = null, int? threads = null) =>
        new ThreadLaunch<T>(size, body, timeout ?? RanksOptions.StandardTimeout, threads ?? get_num_threads()).Run();

    /// <inheritdoc />
    public void Sum(string what, Tensor tensor)
    {
        var call = RankCall.Of(CallKind.Sum, what, tensor);
        var since = Stopwatch.GetTimestamp();
        long first = RankOrderSum.SliceStart(call.Count, Rank, Size),
            last = RankOrderSum.SliceStart(call.Count, Rank + 1, Size);
        if (!CpuPath.HasMemory(tensor))
        {
            BetweenCards(call, tensor, all => RankOrderSum.Add(all, tensor.device, first, last));
        }
        else if (call.Bytes <= ThreadExchange.SmallBytes)
        {
            SumSmall(call, HostMemory.AddressOf(tensor));
        }
        else
        {
            exchange.Addresses(parity)[Rank] = HostMemory.AddressOf(tensor);
            group.Start(Rank, parity, call);
            RankOrderSum.Add(call.Type, exchange.Addresses(parity), exchange.Addresses(parity), first, last);
            group.Finish(Rank);
        }

        End(call, since);
    }

    /// <inheritdoc />
    public void Broadcast(string what, Tensor tensor)
    {
        var call = RankCall.Of(CallKind.Broadcast, what, tensor);
        var since = Stopwatch.GetTimestamp();
        if (!CpuPath.HasMemory(tensor))
        {
            BetweenCards(call, tensor, all => CopyFirst(all, tensor));
        }
        else
        {
            var mine = HostMemory.AddressOf(tensor);
            exchange.Addresses(parity)[Rank] = mine;
            group.Start(Rank, parity, call);
            if (Rank != 0)
            {
                Buffer.MemoryCopy((void*)exchange.Addresses(parity)[0], (void*)mine, call.Bytes, call.Bytes);
            }

            group.Finish(Rank);
        }

        End(call, since);
    }

    /// <inheritdoc />
    public IReadOnlyList<byte[]> Gather(string what, ReadOnlySpan<byte> message)
    {
        var call = new RankCall(CallKind.Gather, what);
        var since = Stopwatch.GetTimestamp();
        exchange.Messages(parity)[Rank] = message.ToArray();
        group.Start(Rank, parity, call);
        // Copies: what a rank does with its answer is its own affair.
        var all = exchange.Messages(parity).ToArray().Select(other => (byte[])other.Clone()).ToArray();
        End(call, since);
        return all;
    }

    /// <inheritdoc />
    public void Barrier(string what)
    {
        var since = Stopwatch.GetTimestamp();
        var call = new RankCall(CallKind.Barrier, what);
        group.Start(Rank, parity, call);
        End(call, since);
    }

    /// <inheritdoc />
    public T? Lend<T>(string what, Func<T> make)
        where T : class
    {
        if (Size == 1)
        {
            return null;
        }

        var since = Stopwatch.GetTimestamp();
        var call = new RankCall(CallKind.Lend, what);
        if (Rank == 0)
        {
            exchange.Lent(parity) = make();
        }

        group.Start(Rank, parity, call);
        var lent = (T?)exchange.Lent(parity);
        End(call, since);
        return lent;
    }

    /// <inheritdoc />
    public void Abort(string reason) => group.Fail(new RankFailure(Rank, null, reason));

    /// <inheritdoc />
    public void Dispose() => group.Leave(Rank);

    /// <summary>
    /// A call in which ranks read and write each other's tensors by libtorch's operations. Those wait on the cards for each other, in the
    /// order in which ranks ask for them, and the meetings see to that order.
    /// </summary>
    private void BetweenCards(RankCall call, Tensor tensor, Exchange move)
    {
        exchange.Tensors(parity)[Rank] = tensor;
        group.Start(Rank, parity, call);
        try
        {
            move(exchange.Tensors(parity));
        }
        finally
        {
            // A card's memory may run out; the others wait here for whoever fails.
            group.Finish(Rank);
        }
    }

    private void CopyFirst(ReadOnlySpan<Tensor> all, Tensor tensor)
    {
        if (Rank != 0)
        {
            using var noGrad = no_grad();
            tensor.copy_(all[0]);
        }
    }

    private void SumSmall(RankCall call, nint mine)
    {
        Unsafe.CopyBlockUnaligned((void*)exchange.Small(parity, Rank), (void*)mine, (uint)call.Bytes);
        group.Start(Rank, parity, call);
        Span<nint> sources = stackalloc nint[Size];
        for (var rank = 0; rank < Size; rank++)
        {
            sources[rank] = exchange.Small(parity, rank);
        }

        RankOrderSum.Add(call.Type, sources, [mine], 0, call.Count);
    }

    private delegate void Exchange(ReadOnlySpan<Tensor> all);

    private void End(RankCall call, long since)
    {
        parity ^= 1;
        BytesReduced += call.MovesTensor ? call.Bytes : 0;
        ticks += Stopwatch.GetTimestamp() - since;
    }
}
