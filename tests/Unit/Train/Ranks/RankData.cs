using PPYolo.Align.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

/// <summary>Tensors of ranks whose sum depends on the order in which they are added.</summary>
internal static class RankData
{
    public static Tensor Of(int rank, long count, ScalarType type = ScalarType.Float32)
    {
        using var generator = new Generator((ulong)(1000 + rank));
        return (torch.randn(count, ScalarType.Float64, generator: generator) * Math.Pow(10, rank % 3)).to(type);
    }

    /// <summary>The sum in the order of the ranks, by torch itself.</summary>
    public static Tensor SumOf(int size, long count, ScalarType type = ScalarType.Float32)
    {
        var sum = Of(0, count, type);
        for (var rank = 1; rank < size; rank++)
        {
            sum = sum + Of(rank, count, type);
        }

        return sum;
    }

    public static byte[] Bits(Tensor tensor) => tensor.numel() == 0 ? [] : tensor.ToData().Bytes.ToArray();
}
