using System.Runtime.InteropServices;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Train.Ranks.Nccl;

/// <summary>The functions of NCCL that ranks use, with the signatures of nccl.h: NCCL 2.7 and later have them all.</summary>
/// <param name="export">The address of a function.</param>
internal sealed unsafe class NcclFunctions(Func<string, nint> export)
{
    // ncclInt8: bytes are moved, and added elsewhere.
    private const int Bytes = 0;

    // The default stream, on which libtorch computes: what is asked for here waits for what libtorch was asked for, and the other way
    // round.
    private const nint Stream = 0;

    private readonly delegate* unmanaged<nint, nuint, int, int, nint, nint, int> send = (delegate* unmanaged<
        nint,
        nuint,
        int,
        int,
        nint,
        nint,
        int>)export("ncclSend");
    private readonly delegate* unmanaged<nint, nuint, int, int, nint, nint, int> receive = (delegate* unmanaged<
        nint,
        nuint,
        int,
        int,
        nint,
        nint,
        int>)export("ncclRecv");
    private readonly delegate* unmanaged<int> groupStart = (delegate* unmanaged<int>)export("ncclGroupStart");
    private readonly delegate* unmanaged<int> groupEnd = (delegate* unmanaged<int>)export("ncclGroupEnd");
    private readonly delegate* unmanaged<nint, int*, int> asyncError = (delegate* unmanaged<nint, int*, int>)export(
        "ncclCommGetAsyncError"
    );

    /// <summary>Those of this machine's NCCL; null where none is found.</summary>
    public static NcclFunctions? Find() =>
        NativeLibrary.TryLoad("libnccl.so.2", out var library) ? new(name => NativeLibrary.GetExport(library, name)) : null;

    /// <summary>A new group's id, for one rank to make and all to have.</summary>
    public NcclId NewId()
    {
        NcclId id;
        Check("ncclGetUniqueId", ((delegate* unmanaged<NcclId*, int>)export("ncclGetUniqueId"))(&id));
        return id;
    }

    /// <summary>Joins the others, on the card that is current; returns when all have.</summary>
    public nint Join(int size, NcclId id, int rank)
    {
        nint group;
        Check("ncclCommInitRank", ((delegate* unmanaged<nint*, int, NcclId, int, int>)export("ncclCommInitRank"))(&group, size, id, rank));
        return group;
    }

    /// <summary>Frees a group.</summary>
    public void Leave(nint group) => Check("ncclCommDestroy", ((delegate* unmanaged<nint, int>)export("ncclCommDestroy"))(group));

    /// <summary>Asks for transfers that may need each other.</summary>
    public void Together(Action transfers)
    {
        Check("ncclGroupStart", groupStart());
        transfers();
        Check("ncclGroupEnd", groupEnd());
    }

    /// <summary>Sends memory of this card.</summary>
    public void Send(nint group, nint memory, long length, int rank) =>
        Check("ncclSend", send(memory, (nuint)length, Bytes, rank, group, Stream));

    /// <summary>Receives into memory of this card.</summary>
    public void Receive(nint group, nint memory, long length, int rank) =>
        Check("ncclRecv", receive(memory, (nuint)length, Bytes, rank, group, Stream));

    /// <summary>Fails where an earlier transfer has failed meanwhile.</summary>
    public void ThrowIfFailed(nint group)
    {
        int error;
        Check("ncclCommGetAsyncError", asyncError(group, &error));
        Check("an earlier transfer", error);
    }

    private void Check(string function, int error)
    {
        if (error != 0)
        {
            var text = ((delegate* unmanaged<int, byte*>)export("ncclGetErrorString"))(error);
            throw new MpiException($"NCCL: {function}: {Marshal.PtrToStringUTF8((nint)text)}");
        }
    }
}
