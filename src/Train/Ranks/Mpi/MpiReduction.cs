using System.Runtime.InteropServices;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// Sums a large tensor: every rank gets its slice from all, adds in the order of the ranks, and gives the result to all. MPI's own
/// all-reduce leaves the order open, so its bits could differ from run to run and from threads'. Goes through the tensor in pieces, so that
/// the memory it needs has a bound.
/// </summary>
internal sealed unsafe class MpiReduction(MpiTransfers transfers, MpiExchange exchange, int rank, int size) : IDisposable
{
    private const int SliceTag = 2;
    private const int ResultTag = 3;
    private const int PieceBytes = 32 * 1024 * 1024;

    private readonly nint[] slices = new nint[size];
    private void* memory;
    private long capacity;

    /// <summary>Replaces a tensor's values by the sums; all ranks are in the call.</summary>
    public void Sum(RankCall call, nint tensor)
    {
        if (size == 1)
        {
            return;
        }

        var element = call.Bytes / call.Count;
        var step = PieceBytes / element;
        for (long start = 0; start < call.Count; start += step)
        {
            SumPiece(call, tensor + (nint)(start * element), Math.Min(step, call.Count - start), element);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        NativeMemory.Free(memory);
        memory = null;
        capacity = 0;
    }

    private void SumPiece(RankCall call, nint piece, long count, long element)
    {
        (nint Address, long Bytes) Slice(int of)
        {
            var first = RankOrderSum.SliceStart(count, of, size);
            return (piece + (nint)(first * element), (RankOrderSum.SliceStart(count, of + 1, size) - first) * element);
        }

        var mine = Slice(rank);
        Reserve(mine.Bytes * size);
        for (var other = 0; other < size; other++)
        {
            slices[other] = other == rank ? mine.Address : (nint)memory + (nint)(other * mine.Bytes);
            if (other != rank)
            {
                transfers.Receive(slices[other], mine.Bytes, other, SliceTag);
            }
        }

        // Each rank begins with its neighbour, so that not all send to rank 0 first.
        for (var i = 1; i < size; i++)
        {
            var (address, bytes) = Slice((rank + i) % size);
            transfers.Send(address, bytes, (rank + i) % size, SliceTag);
        }

        exchange.WaitForData();
        RankOrderSum.Add(call.Type, slices, [mine.Address], 0, mine.Bytes / element);
        for (var i = 1; i < size; i++)
        {
            var other = (rank + i) % size;
            var (address, bytes) = Slice(other);
            transfers.Receive(address, bytes, other, ResultTag);
            transfers.Send(mine.Address, mine.Bytes, other, ResultTag);
        }

        exchange.WaitForData();
    }

    private void Reserve(long bytes)
    {
        if (bytes > capacity)
        {
            memory = NativeMemory.Realloc(memory, (nuint)bytes);
            capacity = bytes;
        }
    }
}
