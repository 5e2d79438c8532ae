using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// The arithmetic of <see cref="BatchNormFunction"/>. Maps are (B,C,H,W), results contiguous. With z the normalized value before the
/// activation and g the gradient that has passed the activation.
/// </summary>
internal abstract class NormMath
{
    /// <summary>Kernels for float32 on the CPU, torch operations elsewhere.</summary>
    public static NormMath For(Tensor input) =>
        CpuPath.HasKernels(input) && input.dtype == ScalarType.Float32 ? CpuNormMath.Instance : TorchNormMath.Instance;

    /// <summary>Sum of x of each channel: (C), float64.</summary>
    public abstract Tensor Sums(Tensor input);

    /// <summary>Sum of (x - mean) squared of each channel: (C), float64; differences and squares are of the map's type.</summary>
    public abstract Tensor SquaredDeviations(Tensor input, Tensor mean);

    /// <summary>
    /// Mean of each channel, of the map's type, and the sum of squared differences from it, float64: one after the other, or at once where
    /// that is quicker.
    /// </summary>
    public virtual (Tensor Mean, Tensor SquaredDeviations) Moments(Tensor input)
    {
        var mean = (Sums(input) / Scalars.Of(input.numel() / input.shape[1])).to(input.dtype);
        return (mean, SquaredDeviations(input, mean));
    }

    /// <summary>activation(x * scale + shift) as a new map.</summary>
    public abstract Tensor Normalize(Tensor input, ChannelVectors vectors, Activation activation);

    /// <summary>The same over the input's own memory, which must be contiguous and needed by no gradient.</summary>
    public abstract void NormalizeOver(Tensor input, ChannelVectors vectors, Activation activation);

    /// <summary>Sum of g and sum of g (x - mean) of each channel: (2,C), float64.</summary>
    public abstract Tensor GradientSums(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation);

    /// <summary>(g - meanGradient - (x - mean) slope) / deviation * weight as a new map.</summary>
    /// <param name="input">x.</param>
    /// <param name="gradient">The gradient of the activation's result.</param>
    /// <param name="vectors">The norm's vectors.</param>
    /// <param name="meanGradient">(C), the mean of g.</param>
    /// <param name="slope">(C), the mean of g (x - mean) over the variance.</param>
    /// <param name="activation">What followed the norm.</param>
    public abstract Tensor InputGradient(
        Tensor input,
        Tensor gradient,
        ChannelVectors vectors,
        Tensor meanGradient,
        Tensor slope,
        Activation activation
    );
}
