using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>Concatenates a map with its 5x5, 9x9 and 13x13 max pools and mixes them with a 1x1 convolution (arXiv:1406.4729).</summary>
public sealed class SpatialPyramidPooling : NamedModule<Tensor, Tensor>
{
    private readonly ConvNorm conv;

    /// <summary>Creates the layer for <paramref name="channels"/> channels in and out.</summary>
    public SpatialPyramidPooling(long channels, Activation activation, NetworkOptions options) : base(nameof(SpatialPyramidPooling))
    {
        conv = ConvNorm.Plain(4 * channels, channels, 1, 1, "batch_norm", activation, options);
        register_module("conv", conv);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return conv.call(cat([input, .. new long[] { 5, 9, 13 }.Select(size => MaxPool(input, size))], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The maximum of each square, along rows and then along columns: 2k comparisons a cell for k squared. Among equal values the gradient goes to the same one as in a pooling at once, the first in
    /// reading order: the first row that has it, in which it is the first.
    /// </summary>
    private static Tensor MaxPool(Tensor input, long size)
    {
        using var rows = nn.functional.max_pool2d(input, (1, size), (1, 1), (0, size / 2));
        return nn.functional.max_pool2d(rows, (size, 1), (1, 1), (size / 2, 0));
    }
}
