using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>
/// One level of <see cref="PPYoloFpn"/>: convolutions down to the route, which goes to the next level, and from it the tip, which goes to
/// the head.
/// </summary>
public sealed class YoloBlock : NamedModule<Tensor, (Tensor Route, Tensor Tip)>
{
    private readonly Chain chain;
    private readonly nn.Module<Tensor, Tensor> tip;

    /// <summary>Creates the block.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="channels">Channels of the route; the tip has twice as many.</param>
    /// <param name="level">0 is the coarsest.</param>
    /// <param name="options">The network.</param>
    /// <param name="randomness">For DropBlock.</param>
    public YoloBlock(long inputs, long channels, int level, NetworkOptions options, Randomness randomness)
        : base(nameof(YoloBlock))
    {
        var dropBlock = ("dropblock", (nn.Module<Tensor, Tensor>)new DropBlock(options, randomness, $"neck.yolo_block_{level}"));
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (var i = 0; i < options.ConvBlocks; i++)
        {
            layers.Add(($"conv{2 * i}", Coord(i == 0 ? inputs : 2 * channels, channels, 1, options)));
            // The coarsest block pools just before its last 3x3 convolution.
            if (level == 0 && options.SpatialPyramidPooling && i == options.ConvBlocks - 1)
            {
                layers.Add(("spp", new SpatialPyramidPooling(channels, Activation.LeakyRelu, options)));
            }

            layers.Add(($"conv{(2 * i) + 1}", ConvNorm.Plain(channels, 2 * channels, 3, 1, "batch_norm", Activation.LeakyRelu, options)));
            if (level > 0 && i == 0)
            {
                layers.Add(dropBlock);
            }
        }

        if (level == 0 || options.ConvBlocks == 0)
        {
            layers.Add(dropBlock);
        }

        layers.Add(("route", Coord(options.ConvBlocks == 0 ? inputs : 2 * channels, channels, 1, options)));
        chain = new Chain([.. layers]);
        tip = Coord(channels, 2 * channels, 3, options);
        register_module("conv_module", chain);
        register_module("tip", tip);
    }

    /// <inheritdoc />
    public override (Tensor Route, Tensor Tip) forward(Tensor input)
    {
        var route = chain.call(input);
        return (route, tip.call(route));
    }

    private static nn.Module<Tensor, Tensor> Coord(long inputs, long outputs, int kernel, NetworkOptions options) =>
        options.CoordConv
            ? new CoordConv(inputs, outputs, kernel, Activation.LeakyRelu, options)
            : ConvNorm.Plain(inputs, outputs, kernel, 1, "batch_norm", Activation.LeakyRelu, options);
}
