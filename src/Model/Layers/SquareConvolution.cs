using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// A square convolution with padding that keeps the size at stride 1, which may also see where it is: two channels, x and then y from -1 to
/// 1, follow those of its input (CoordConv, arXiv:1807.03247). On a CPU with AVX-512 or AVX2, kernels of 3x3 go through Winograd's
/// algorithm and those of 1x1 through the same product, which round about as libtorch's own convolution does; all else, and everything on
/// other devices, is libtorch's. Weights are zero until they are loaded: libtorch would first fill them with random numbers, which takes
/// half a second for ResNet-50, and nobody ever sees them.
/// </summary>
public sealed class SquareConvolution : NamedModule<Tensor, Tensor>, IDecayRule
{
    // The fields' names let TorchSharp replace them when the module moves to another device.
    private readonly Parameter weight;
    private readonly int stride;
    private readonly int padding;
    private readonly bool coordinates;
    private Parameter? bias;

    /// <summary>Creates the layer with weight and bias 0.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">The kernel's extent: odd.</param>
    /// <param name="stride">Input cells per output cell.</param>
    /// <param name="bias">Whether there is one.</param>
    /// <param name="coordinates">Whether it sees them; its weight then has two channels more than <paramref name="inputs"/>.</param>
    public SquareConvolution(long inputs, long outputs, int kernel, int stride = 1, bool bias = true, bool coordinates = false)
        : base(nameof(SquareConvolution))
    {
        this.stride = stride;
        this.coordinates = coordinates;
        inputs += coordinates ? 2 : 0;
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

    /// <summary>Input cells per output cell.</summary>
    public int Stride => stride;

    /// <summary>Whether its weight has two channels more than its input, for coordinates.</summary>
    public bool SeesCoordinates => coordinates;

    /// <summary>Whether weight decay is on the bias; on the weight it is.</summary>
    public bool DecaysBias { get; init; } = true;

    /// <inheritdoc />
    public bool Decays(string parameter) => DecaysBias || parameter != nameof(bias);

    /// <summary>
    /// Scales each output channel and adds to it, by changing the weight and adding a bias. The layer must have no bias yet.
    /// </summary>
    /// <param name="scale">One float64 factor for each output channel.</param>
    /// <param name="shift">One float64 summand for each output channel.</param>
    internal void Scale(Tensor scale, Tensor shift)
    {
        bias = FoldedNorm.Into(weight, scale, shift);
        register_parameter(nameof(bias), bias);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shared = coordinates ? Coordinates.Of(input) : null;
        if (PanelConvolution.Suits(input, weight, stride))
        {
            var output = PanelConvolution.Apply(input, weight, shared);
            return (bias is null ? output : output.Add(bias.view(-1, 1, 1))).MoveToOuterDisposeScope();
        }

        var map = shared is null ? input : cat([input, shared.expand(input.shape[0], -1, -1, -1)], 1);
        return nn.functional.conv2d(map, weight, bias, strides: [stride, stride], padding: [padding, padding]).MoveToOuterDisposeScope();
    }
}
