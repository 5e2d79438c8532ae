using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>
/// A block of <see cref="PPYoloPan"/>: two 1x1 convolutions halve the channels between a straight half and one that goes through three
/// pairs of convolutions; both are joined and mixed.
/// </summary>
public sealed class PanBlock : NamedModule<Tensor, Tensor>
{
    private readonly ConvNorm left;
    private readonly ConvNorm right;
    private readonly ConvNorm mix;
    private readonly Chain chain;

    /// <summary>Creates the block.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="channels">Channels of each half; the output has twice as many.</param>
    /// <param name="pooling">Whether the second 3x3 convolution is a pooling pyramid instead.</param>
    /// <param name="name">Names its DropBlock.</param>
    /// <param name="options">The network.</param>
    /// <param name="randomness">For DropBlock.</param>
    public PanBlock(long inputs, long channels, bool pooling, string name, NetworkOptions options, Randomness randomness)
        : base(nameof(PanBlock))
    {
        left = Layer(inputs, channels, 1, 1, options);
        right = Layer(inputs, channels, 1, 1, options);
        mix = Layer(2 * channels, 2 * channels, 1, 1, options);
        chain = new Chain(
            ("0_0", Layer(channels, channels, 1, 1, options)),
            ("0_1", Layer(channels, channels, 3, 1, options)),
            ("1_0", Layer(channels, channels, 1, 1, options)),
            pooling
                ? ("spp", new SpatialPyramidPooling(channels, Activation.Mish, options))
                : ("1_1", Layer(channels, channels, 3, 1, options)),
            ("dropblock", new DropBlock(options, randomness, name)),
            ("2_0", Layer(channels, channels, 1, 1, options)),
            ("2_1", Layer(channels, channels, 3, 1, options))
        );
        register_module("conv1", left);
        register_module("conv2", right);
        register_module("conv3", mix);
        register_module("conv_module", chain);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var through = chain.call(left.call(input));
        return mix.call(cat([through, right.call(input)], 1)).MoveToOuterDisposeScope();
    }

    internal static ConvNorm Layer(long inputs, long outputs, int kernel, int stride, NetworkOptions options) =>
        ConvNorm.Plain(inputs, outputs, kernel, stride, "batch_norm", Activation.Mish, options);
}
