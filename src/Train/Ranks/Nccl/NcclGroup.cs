using PPYolo.Kernels.Operations;
using PPYolo.Train.Runtime;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks.Nccl;

/// <summary>
/// Ranks that are processes with a card each, and NCCL between them. NCCL's own sum leaves the order open, so its bits could differ from
/// those of other ways: as with MPI, every rank gets its slice from all, adds in the order of the ranks, and gives the result to all. Never
/// run on cards yet.
/// </summary>
internal sealed class NcclGroup : IDisposable
{
    private readonly NcclFunctions nccl;
    private readonly int rank;
    private readonly int size;
    private readonly nint group;

    private NcclGroup(NcclFunctions nccl, NcclId id, int rank, int size)
    {
        this.nccl = nccl;
        this.rank = rank;
        this.size = size;
        group = nccl.Join(size, id, rank);
    }

    /// <summary>Joins the other ranks; all call it, each with its card current.</summary>
    /// <param name="nccl">This rank's NCCL; null where it has none.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <returns>Null where a rank has no NCCL.</returns>
    public static NcclGroup? Join(NcclFunctions? nccl, IRanks ranks)
    {
        var id = nccl is not null && ranks.Rank == 0 ? nccl.NewId() : default;
        var all = ranks.Gather("ids of NCCL", nccl is null ? [] : NcclId.BytesOf(ref id));
        if (nccl is null || all.Any(message => message.Length == 0))
        {
            return null;
        }

        all[0].CopyTo(NcclId.BytesOf(ref id));
        return new(nccl, id, ranks.Rank, ranks.Size);
    }

    /// <summary>Replaces a contiguous tensor by the sum of everybody's.</summary>
    public void Sum(Tensor tensor)
    {
        nccl.ThrowIfFailed(group);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var flat = tensor.view(-1);
        var slices = Enumerable.Range(0, size).Select(of => Slice(flat, of)).ToArray();
        var mine = slices[rank];
        var parts = Enumerable.Range(0, size).Select(of => of == rank ? mine : empty_like(mine)).ToArray();
        Exchange(slices, parts);
        mine.copy_(parts.Aggregate((sum, next) => sum.Plus(next)));
        Exchange([.. slices.Select(_ => mine)], slices);
    }

    /// <summary>Replaces a contiguous tensor by rank 0's.</summary>
    public void Broadcast(Tensor tensor)
    {
        nccl.ThrowIfFailed(group);
        nccl.Together(() =>
        {
            for (var other = 1; other < size; other++)
            {
                if (rank == 0)
                {
                    Send(tensor, other);
                }
                else if (rank == other)
                {
                    Receive(tensor, 0);
                }
            }
        });
    }

    /// <inheritdoc />
    public void Dispose() => nccl.Leave(group);

    /// <summary>Sends a tensor to each other rank, and receives one from each.</summary>
    private void Exchange(Tensor[] sent, Tensor[] received) =>
        nccl.Together(() =>
        {
            for (var other = 0; other < size; other++)
            {
                if (other != rank)
                {
                    Send(sent[other], other);
                    Receive(received[other], other);
                }
            }
        });

    private void Send(Tensor tensor, int to) => nccl.Send(group, DeviceMemory.Address(tensor), DeviceMemory.Length(tensor), to);

    private void Receive(Tensor tensor, int from) => nccl.Receive(group, DeviceMemory.Address(tensor), DeviceMemory.Length(tensor), from);

    private Tensor Slice(Tensor flat, int of)
    {
        var start = RankOrderSum.SliceStart(flat.numel(), of, size);
        return flat.narrow(0, start, RankOrderSum.SliceStart(flat.numel(), of + 1, size) - start);
    }
}
