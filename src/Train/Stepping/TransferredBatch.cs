using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>The tensors of a batch where the network is.</summary>
/// <param name="Images">(B,3,S,S).</param>
/// <param name="Boxes">(B,N,4).</param>
/// <param name="Targets">(B,A,6+C,g,g) for each level, coarsest first.</param>
internal sealed record TransferredBatch(Tensor Images, Tensor Boxes, IReadOnlyList<Tensor> Targets)
{
    /// <summary>All of them.</summary>
    public IEnumerable<Tensor> All => [Images, Boxes, .. Targets];
}
