using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Backbone;

/// <summary>
/// A residual block of ResNet-vd (He et al., "Bag of Tricks", arXiv:1812.01187). Bottleneck: 1x1, 3x3 with the stride, 1x1 to four times
/// the width. Basic: 3x3 with the stride, 3x3. The shortcut of a stage's first block pools before its 1x1 convolution where the stride is
/// 2.
/// </summary>
public sealed class ResidualBlock : NamedModule<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>? shortcut;
    private readonly Chain branch;

    /// <summary>Creates the block.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="width">The stage's width: 64, 128, 256 or 512.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="first">Whether it is its stage's first block, whose shortcut is a convolution.</param>
    /// <param name="deformable">Whether its 3x3 convolution is deformable (bottlenecks only).</param>
    /// <param name="options">The network.</param>
    public ResidualBlock(long inputs, long width, int stride, bool first, bool deformable, NetworkOptions options)
        : base(nameof(ResidualBlock))
    {
        var bottleneck = options.Depth >= 50;
        var outputs = bottleneck ? 4 * width : width;
        if (first)
        {
            var conv = Layer(inputs, outputs, 1, 1, Activation.None, options);
            shortcut = stride == 2 ? new Chain(("pool", new AveragePool()), ("conv", conv)) : conv;
            register_module("short", shortcut);
        }

        (string, nn.Module<Tensor, Tensor>)[] layers = bottleneck
            ?
            [
                ("branch2a", Layer(inputs, width, 1, 1, Activation.Relu, options)),
                (
                    "branch2b",
                    deformable ? DeformableLayer(width, stride, options) : Layer(width, width, 3, stride, Activation.Relu, options)
                ),
                ("branch2c", Layer(width, outputs, 1, 1, Activation.None, options)),
            ]
            :
            [
                ("branch2a", Layer(inputs, width, 3, stride, Activation.Relu, options)),
                ("branch2b", Layer(width, width, 3, 1, Activation.None, options)),
            ];
        branch = new Chain(layers);
        foreach (var (name, layer) in layers)
        {
            register_module(name, layer);
        }
    }

    internal static ConvNorm Layer(long inputs, long outputs, int kernel, int stride, Activation activation, NetworkOptions options) =>
        ConvNorm.Plain(inputs, outputs, kernel, stride, "norm", activation, options, NormMomentum(options));

    private static ConvNorm DeformableLayer(long width, int stride, NetworkOptions options) =>
        new(
            new DeformableConv(width, width, stride),
            new BatchNorm(width, NormMomentum(options), options.NormEpsilon),
            "norm",
            Activation.Relu
        );

    /// <summary>The reference freezes running statistics by a momentum of 0, not by evaluation mode.</summary>
    private static double NormMomentum(NetworkOptions options) => options.FreezeNorm ? 0 : options.NormMomentum;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var identity = shortcut?.call(input);
        return ResidualSum.OfOwn(branch.call(input), identity ?? input);
    }
}
