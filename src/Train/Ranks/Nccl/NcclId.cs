namespace PPYolo.Train.Ranks.Nccl;

/// <summary>nccl.h's ncclUniqueId: what those who join a group show each other. It is passed by value.</summary>
internal unsafe struct NcclId
{
    /// <summary>NCCL_UNIQUE_ID_BYTES.</summary>
    public const int Size = 128;

    private fixed byte bytes[Size];

    /// <summary>Its bytes.</summary>
    public static Span<byte> BytesOf(ref NcclId id) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<NcclId>(ref id));
}
