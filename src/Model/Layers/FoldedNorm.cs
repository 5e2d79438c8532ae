using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>What becomes of a convolution that takes the norm behind it into its weight.</summary>
internal static class FoldedNorm
{
    /// <summary>Scales each output channel of a weight.</summary>
    /// <param name="weight">(outputs, ...), which is changed.</param>
    /// <param name="scale">One float64 factor for each output channel.</param>
    /// <param name="shift">One float64 summand for each output channel.</param>
    /// <returns>The convolution's bias, which its owner registers.</returns>
    public static Parameter Into(Parameter weight, Tensor scale, Tensor shift)
    {
        weight.copy_(weight.to(ScalarType.Float64) * scale.view(-1, 1, 1, 1));
        var bias = nn.Parameter(shift.to(weight.dtype), requires_grad: false);
        bias.DetachFromDisposeScope();
        return bias;
    }
}
