using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// Adds up batch statistics over all who train on parts of one batch, so that norms see the whole of it. Without one, a norm's own batch is
/// all there is.
/// </summary>
public interface IStatisticsReduction
{
    /// <summary>Replaces a float64 vector by the sum of everybody's, in place; the result is the same bits for all.</summary>
    /// <param name="sums">Sums over the own part of the batch.</param>
    void Sum(Tensor sums);
}
