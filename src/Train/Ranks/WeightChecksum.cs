using System.IO.Hashing;
using System.Runtime.InteropServices;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// One number for the bits of all weights and statistics, computed where they are. Sums of whole numbers come out the same in any order, so
/// equal bits give equal numbers on any device. A change of a single value always changes the number; of several, but for one chance in
/// billions.
/// </summary>
internal static class WeightChecksum
{
    private const int Columns = 1 << 16;

    /// <summary>Computes it, with one read of some thousand bytes.</summary>
    /// <param name="entries">Tensors of one device: float32, and batch counters.</param>
    public static ulong Of(IReadOnlyList<StateEntry> entries)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var sums = entries
            .ToLookup(entry => entry.IsBatchCounter)
            .Select(kind => (IsCounter: kind.Key, All: cat([.. kind.Select(entry => entry.Value.reshape(-1))])))
            .SelectMany(kind => RowSums(kind.IsCounter ? kind.All.to(ScalarType.Int32) : TensorLists.Bits(kind.All)));
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(HostRead.Elements<long>(cat([.. sums])).AsSpan()));
    }

    /// <summary>Sums over rows of bits, each times an odd number of its column.</summary>
    private static IEnumerable<Tensor> RowSums(Tensor bits)
    {
        var column = Scalars.Range(Columns, ScalarType.Int32, bits.device);
        // Any odd numbers do that follow no simple rule: they are multiplied modulo 2^32.
        var odd = (column * column * Scalars.Of(0x2545F491)).Plus(column * Scalars.Of(0x3504F334)).mul(Scalars.Of(2)).Plus(Scalars.One);
        var rows = bits.numel() / Columns;
        yield return (bits.narrow(0, 0, rows * Columns).view(rows, Columns) * odd).sum(1, type: ScalarType.Int64);
        var rest = bits.numel() - (rows * Columns);
        yield return (bits.narrow(0, rows * Columns, rest) * odd.narrow(0, 0, rest)).sum(0, keepdim: true, type: ScalarType.Int64);
    }
}
