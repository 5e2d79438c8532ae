using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Normalization;

/// <summary>
/// The arithmetic of <see cref="BatchNormFunction"/>. Per-channel vectors are float64; maps are (B,C,H,W) whose memory is channels-last. With z the normalized
/// value before the activation and g the gradient that has passed the activation.
/// </summary>
internal abstract class NormMath
{
    /// <summary>The kernels for float32 on the CPU, torch operations elsewhere.</summary>
    public static NormMath For(Tensor input) =>
        input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32 ? CpuNormMath.Instance : TorchNormMath.Instance;

    /// <summary>Sum of x and sum of x squared of each channel: (2,C).</summary>
    public abstract Tensor Sums(Tensor input);

    /// <summary>activation((x - mean) * scale + bias) as a new map.</summary>
    public abstract Tensor Normalize(Tensor input, ChannelVectors vectors, Activation activation);

    /// <summary>Sum of g and sum of g (x - mean) of each channel: (2,C).</summary>
    public abstract Tensor GradientSums(Tensor input, Tensor gradient, ChannelVectors vectors, Activation activation);

    /// <summary>scale (g - meanGradient - (x - mean) slope) as a new map.</summary>
    /// <param name="input">x.</param>
    /// <param name="gradient">The gradient of the activation's result.</param>
    /// <param name="vectors">Mean, scale and bias.</param>
    /// <param name="meanGradient">(C), the mean of g.</param>
    /// <param name="slope">(C), the mean of g (x - mean) over the variance.</param>
    /// <param name="activation">What followed the norm.</param>
    public abstract Tensor InputGradient(Tensor input, Tensor gradient, ChannelVectors vectors, Tensor meanGradient, Tensor slope, Activation activation);
}
