using PPYolo.Kernels.Operations;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// Drops square regions of a feature map in training and scales up what is left (Ghiasi et al., "DropBlock", arXiv:1810.12890). Outside
/// training, or where it is switched off, it returns its input.
/// </summary>
public sealed class DropBlock : NamedModule<Tensor, Tensor>
{
    private readonly NetworkOptions options;
    private readonly Randomness randomness;
    private readonly string label;

    /// <summary>Creates the layer.</summary>
    /// <param name="options">Whether it drops, and how much.</param>
    /// <param name="randomness">Where its uniform numbers come from.</param>
    /// <param name="name">Tells its numbers from those of the network's other DropBlocks.</param>
    public DropBlock(NetworkOptions options, Randomness randomness, string name)
        : base(nameof(DropBlock))
    {
        this.options = options;
        this.randomness = randomness;
        label = name;
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        if (!training || !options.DropBlock || options.DropBlockKeep >= 1)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        var size = options.DropBlockSize;
        double gamma = (1 - options.DropBlockKeep) / (size * size);
        foreach (var extent in input.shape[2..])
        {
            gamma *= extent / (double)Math.Max(1, extent - size + 1);
        }

        var seeds = randomness.Uniform(label, input.shape, input.device).lt(Scalars.Of(gamma)).to(input.dtype);
        var kept = Scalars.One.Minus(MaxPool.OfSquares(seeds, size));
        return (input * kept * (Scalars.Of(kept.numel()) / kept.sum())).MoveToOuterDisposeScope();
    }
}
