using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// Per-channel vectors of a norm, in the map's type. They are rounded where libtorch's contiguous CPU norm rounds: a statistic is the same
/// for a whole channel, and so is an error in it, which is therefore worth more than that of any one value.
/// </summary>
/// <param name="Mean">The batch's mean.</param>
/// <param name="InverseDeviation">One over the standard deviation.</param>
/// <param name="Weight">The weight.</param>
/// <param name="Scale">The weight over the standard deviation.</param>
/// <param name="Shift">The bias less the mean times the scale.</param>
internal sealed record ChannelVectors(Tensor Mean, Tensor InverseDeviation, Tensor Weight, Tensor Scale, Tensor Shift)
{
    /// <summary>Prepares a norm's vectors.</summary>
    /// <param name="mean">(C), the batch's mean.</param>
    /// <param name="inverseDeviation">(C), one over the standard deviation.</param>
    /// <param name="weight">(C).</param>
    /// <param name="bias">(C).</param>
    public static ChannelVectors Of(Tensor mean, Tensor inverseDeviation, Tensor weight, Tensor bias)
    {
        var detached = weight.detach();
        var scale = inverseDeviation * detached;
        // One rounding for product and difference; the product of two float32 is exact in float64.
        var shift = (bias.detach().to(ScalarType.Float64) - (mean.to(ScalarType.Float64) * scale)).to(mean.dtype);
        return new(mean, inverseDeviation, detached, scale, shift);
    }
}
