using System.IO.Hashing;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Train.Runtime;

/// <summary>Tells whether tensors have the same bits without keeping a copy of them.</summary>
internal static class TensorBits
{
    /// <summary>XxHash3 of the elements in C order.</summary>
    /// <param name="tensor">The tensor, on any device.</param>
    public static ulong Hash(Tensor tensor) => XxHash3.HashToUInt64(tensor.AsData().Bytes.Span);
}
