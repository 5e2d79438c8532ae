using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>Concatenates a map with its 5x5, 9x9 and 13x13 max pools and mixes them with a 1x1 convolution (arXiv:1406.4729).</summary>
public sealed class SpatialPyramidPooling : NamedModule<Tensor, Tensor>
{
    private readonly ConvNorm conv;

    /// <summary>Creates the layer for <paramref name="channels"/> channels in and out.</summary>
    public SpatialPyramidPooling(long channels, Activation activation, NetworkOptions options)
        : base(nameof(SpatialPyramidPooling))
    {
        conv = ConvNorm.Plain(4 * channels, channels, 1, 1, "batch_norm", activation, options);
        register_module("conv", conv);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return conv.call(cat([input, .. new[] { 5, 9, 13 }.Select(size => MaxPool.OfSquares(input, size))], 1)).MoveToOuterDisposeScope();
    }
}
