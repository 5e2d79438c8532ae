using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>A convolution that also sees where it is: two channels, x and then y from -1 to 1, are appended to its input (arXiv:1807.03247).</summary>
public sealed class CoordConv : NamedModule<Tensor, Tensor>
{
    private readonly ConvNorm conv;

    /// <summary>Creates the layer for inputs of <paramref name="inputs"/> channels; its weight has two more.</summary>
    public CoordConv(long inputs, long outputs, int kernel, Activation activation, NetworkOptions options) : base(nameof(CoordConv))
    {
        conv = ConvNorm.Plain(inputs + 2, outputs, kernel, 1, "batch_norm", activation, options);
        register_module("conv", conv);
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long batch = input.shape[0], height = input.shape[2], width = input.shape[3];
        var x = Axis(width, input).view(1, 1, 1, width).expand(batch, 1, height, width);
        var y = Axis(height, input).view(1, 1, height, 1).expand(batch, 1, height, width);
        return conv.call(cat([input, x, y], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>arange(n) / (n-1) * 2 - 1 in float32. With a single cell this is 0/0, as in the reference: images under 64 pixels have no coordinates.</summary>
    private static Tensor Axis(long n, Tensor like) => arange(n, dtype: like.dtype, device: like.device).div_(n - 1.0).mul_(2.0).sub_(1.0);
}
