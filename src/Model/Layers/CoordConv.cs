using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// A convolution that also sees where it is: two channels, x and then y from -1 to 1, are appended to its input (arXiv:1807.03247).
/// </summary>
public sealed class CoordConv : NamedModule<Tensor, Tensor>
{
    private readonly ConvNorm conv;

    /// <summary>Creates the layer for inputs of <paramref name="inputs"/> channels; its weight has two more.</summary>
    public CoordConv(long inputs, long outputs, int kernel, Activation activation, NetworkOptions options)
        : base(nameof(CoordConv))
    {
        conv = ConvNorm.Plain(inputs, outputs, kernel, 1, "batch_norm", activation, options, coordinates: true);
        register_module("conv", conv);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input) => conv.call(input);
}
