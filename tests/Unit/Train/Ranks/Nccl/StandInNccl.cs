using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using PPYolo.Train.Ranks.Nccl;

namespace PPYolo.Tests.Unit.Train.Ranks.Nccl;

/// <summary>
/// A stand-in for NCCL's library, with the signatures of nccl.h: ranks are threads, and memory is the CPU's. It notes what each rank calls,
/// and moves bytes when a group of transfers ends, as NCCL may.
/// </summary>
internal static unsafe class StandInNccl
{
    private static readonly ConcurrentDictionary<(int From, int To), BlockingCollection<byte[]>> Wires = new();

    [ThreadStatic]
    private static List<(bool Sends, nint Memory, int Length, int Peer)>? open;

    [ThreadStatic]
    private static int self;

    /// <summary>What each rank called.</summary>
    public static ConcurrentDictionary<int, List<string>> Calls { get; } = new();

    /// <summary>What ncclSend returns.</summary>
    public static int SendResult { get; set; }

    /// <summary>What an earlier transfer came to.</summary>
    public static int AsyncResult { get; set; }

    /// <summary>Forgets all.</summary>
    public static void Reset()
    {
        Wires.Clear();
        Calls.Clear();
        SendResult = AsyncResult = 0;
    }

    /// <summary>The address of a function.</summary>
    public static nint Export(string name) =>
        name switch
        {
            "ncclGetUniqueId" => (nint)(delegate* unmanaged<NcclId*, int>)&GetUniqueId,
            "ncclCommInitRank" => (nint)(delegate* unmanaged<nint*, int, NcclId, int, int>)&CommInitRank,
            "ncclCommDestroy" => (nint)(delegate* unmanaged<nint, int>)&CommDestroy,
            "ncclCommGetAsyncError" => (nint)(delegate* unmanaged<nint, int*, int>)&GetAsyncError,
            "ncclGroupStart" => (nint)(delegate* unmanaged<int>)&GroupStart,
            "ncclGroupEnd" => (nint)(delegate* unmanaged<int>)&GroupEnd,
            "ncclSend" => (nint)(delegate* unmanaged<nint, nuint, int, int, nint, nint, int>)&Send,
            "ncclRecv" => (nint)(delegate* unmanaged<nint, nuint, int, int, nint, nint, int>)&Receive,
            "ncclGetErrorString" => (nint)(delegate* unmanaged<int, nint>)&GetErrorString,
            _ => throw new EntryPointNotFoundException(name),
        };

    private static void Note(string call) => Calls.GetOrAdd(self, _ => []).Add(call);

    [UnmanagedCallersOnly]
    private static int GetUniqueId(NcclId* id)
    {
        var bytes = NcclId.BytesOf(ref *id);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i + 1);
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static int CommInitRank(nint* group, int size, NcclId id, int rank)
    {
        self = rank;
        var bytes = NcclId.BytesOf(ref id);
        Note(string.Create(CultureInfo.InvariantCulture, $"init {rank} of {size}, id {bytes[0]} to {bytes[^1]}"));
        *group = 100 + rank;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int CommDestroy(nint group)
    {
        Note($"destroy {group}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int GetAsyncError(nint group, int* error)
    {
        *error = AsyncResult;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int GroupStart()
    {
        Note("start");
        open = [];
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int GroupEnd()
    {
        Note("end");
        foreach (var (_, memory, length, peer) in open!.Where(transfer => transfer.Sends))
        {
            Wire(self, peer).Add(new ReadOnlySpan<byte>((void*)memory, length).ToArray());
        }

        foreach (var (_, memory, length, peer) in open!.Where(transfer => !transfer.Sends))
        {
            if (!Wire(peer, self).TryTake(out var bytes, 10_000) || bytes.Length != length)
            {
                return 5;
            }

            bytes.CopyTo(new Span<byte>((void*)memory, length));
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Send(nint memory, nuint count, int type, int peer, nint group, nint stream)
    {
        Note($"send {count} of type {type} to {peer} in {group} on {stream}");
        open!.Add((true, memory, (int)count, peer));
        return SendResult;
    }

    [UnmanagedCallersOnly]
    private static int Receive(nint memory, nuint count, int type, int peer, nint group, nint stream)
    {
        Note($"receive {count} of type {type} from {peer} in {group} on {stream}");
        open!.Add((false, memory, (int)count, peer));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint GetErrorString(int error) => Marshal.StringToCoTaskMemUTF8($"error {error}");

    private static BlockingCollection<byte[]> Wire(int from, int to) => Wires.GetOrAdd((from, to), _ => []);
}
