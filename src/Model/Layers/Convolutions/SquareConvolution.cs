using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>
/// A square convolution with padding that keeps the size at stride 1. On a CPU with AVX-512, kernels of 3x3 go through Winograd's algorithm, which rounds about as libtorch's own convolution does; all else, and
/// everything on other devices, is libtorch's. Weights are zero until they are loaded: libtorch would first fill them with random numbers, which takes half a second for ResNet-50, and nobody ever sees them.
/// </summary>
public sealed class SquareConvolution : NamedModule<Tensor, Tensor>
{
    // The fields' names let TorchSharp replace them when the module moves to another device.
    private readonly Parameter weight;
    private readonly int stride;
    private readonly int padding;
    private Parameter? bias;

    /// <summary>Creates the layer with weight and bias 0.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">The kernel's extent: odd.</param>
    /// <param name="stride">Input cells per output cell.</param>
    /// <param name="bias">Whether there is one.</param>
    public SquareConvolution(long inputs, long outputs, int kernel, int stride = 1, bool bias = true) : base(nameof(SquareConvolution))
    {
        this.stride = stride;
        padding = kernel / 2;
        weight = nn.Parameter(zeros(outputs, inputs, kernel, kernel));
        register_parameter(nameof(weight), weight);
        if (bias)
        {
            this.bias = nn.Parameter(zeros(outputs));
            register_parameter(nameof(bias), this.bias);
        }
    }

    /// <summary>(outputs, inputs, kernel, kernel).</summary>
    public Parameter Weight => weight;

    /// <summary>(outputs), or null.</summary>
    public Parameter? Bias => bias;

    /// <summary>Scales each output channel and adds to it, by changing the weight and adding a bias. The layer must have no bias yet.</summary>
    /// <param name="scale">One float64 factor for each output channel.</param>
    /// <param name="shift">One float64 summand for each output channel.</param>
    internal void Scale(Tensor scale, Tensor shift)
    {
        weight.copy_(weight.to(ScalarType.Float64) * scale.view(-1, 1, 1, 1));
        bias = nn.Parameter(shift.to(weight.dtype), requires_grad: false);
        bias.DetachFromDisposeScope();
        register_parameter(nameof(bias), bias);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input) =>
        bias is null && WinogradConvolution.Suits(input, weight, stride)
            ? WinogradConvolution.Apply(input, weight)
            : nn.functional.conv2d(input, weight, bias, strides: [stride, stride], padding: [padding, padding]);
}
