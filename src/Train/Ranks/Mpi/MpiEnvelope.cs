using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// What every rank sends every other before anything else: its call, so that a mismatch is seen before memory is written, and what is small
/// enough to go with it.
/// </summary>
internal static class MpiEnvelope
{
    /// <summary>Bytes of the call.</summary>
    public const int HeaderBytes = 256;

    /// <summary>Bytes that go with it; a larger tensor or message is sent after all have agreed.</summary>
    public const int PayloadBytes = 32 * 1024;

    private const int NameStart = 32;
    private const int NameBytes = HeaderBytes - NameStart;

    /// <summary>The call under a name that fits: a long one is cut and its hash added, the same on every rank.</summary>
    public static RankCall Fit(RankCall call)
    {
        if (Encoding.UTF8.GetByteCount(call.What) <= NameBytes)
        {
            return call;
        }

        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(call.What));
        // A character takes at most three bytes (of a pair of surrogates each counts as one).
        var name = call.What[..(NameBytes / 3 - 8)];
        return call with { What = $"{(char.IsHighSurrogate(name[^1]) ? name[..^1] : name)}...{hash:x16}" };
    }

    /// <summary>Writes a call that fits.</summary>
    /// <param name="call">The call.</param>
    /// <param name="length">Bytes of the tensor or message, with the envelope or after it.</param>
    /// <param name="header">Where it goes.</param>
    public static void Write(RankCall call, long length, Span<byte> header)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)call.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], (int)call.Type);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], call.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], length);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], Encoding.UTF8.GetBytes(call.What, header[NameStart..HeaderBytes]));
    }

    /// <summary>Reads a call; the name of a call that agrees is not made again.</summary>
    public static (RankCall Call, long Length) Read(ReadOnlySpan<byte> header, ReadOnlySpan<byte> mine, RankCall call)
    {
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        var name = Name(header);
        var what = name.SequenceEqual(Name(mine)) ? call.What : Encoding.UTF8.GetString(name);
        var kind = (CallKind)BinaryPrimitives.ReadInt32LittleEndian(header);
        var type = (ScalarType)BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return (new RankCall(kind, what, type, BinaryPrimitives.ReadInt64LittleEndian(header[8..])), length);
    }

    private static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> header) =>
        header.Slice(NameStart, BinaryPrimitives.ReadInt32LittleEndian(header[24..]));
}
