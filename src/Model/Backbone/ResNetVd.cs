using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Pooling;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Backbone;

/// <summary>
/// ResNet-vd of 18, 50 or 101 layers: a stem of three 3x3 convolutions, a max pool, and the stages res2 to res5, the last with deformable
/// convolutions where blocks are bottlenecks. Input (B,3,S,S), S a multiple of 32; outputs, finest first, at strides 8, 16 and 32 (18
/// layers: 16 and 32).
/// </summary>
public sealed class ResNetVd : NamedModule<Tensor, IReadOnlyList<Tensor>>
{
    private static readonly Dictionary<int, int[]> BlocksByDepth = new()
    {
        [18] = [2, 2, 2, 2],
        [50] = [3, 4, 6, 3],
        [101] = [3, 4, 23, 3],
    };

    private readonly List<Chain> stages = [];
    private readonly Chain stem;
    private readonly NetworkOptions options;

    /// <summary>Creates the backbone and freezes what the options say.</summary>
    /// <exception cref="ArgumentException">There is no such depth.</exception>
    public ResNetVd(NetworkOptions options)
        : base(nameof(ResNetVd))
    {
        if (!BlocksByDepth.TryGetValue(options.Depth, out var blocks))
        {
            throw new ArgumentException(
                $"the backbone has {string.Join(", ", BlocksByDepth.Keys)} layers, not {options.Depth}",
                nameof(options)
            );
        }

        this.options = options;
        long channels = 64 / options.Thinner,
            half = channels / 2;
        stem = new Chain(
            ("conv1_1", ResidualBlock.Layer(3, half, 3, 2, Activation.Relu, options)),
            ("conv1_2", ResidualBlock.Layer(half, half, 3, 1, Activation.Relu, options)),
            ("conv1_3", ResidualBlock.Layer(half, channels, 3, 1, Activation.Relu, options))
        );
        register_module("conv1", stem);
        var bottleneck = options.Depth >= 50;
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            var width = (64L << stage) / options.Thinner;
            var layers = new (string, nn.Module<Tensor, Tensor>)[blocks[stage]];
            for (var block = 0; block < layers.Length; block++)
            {
                var first = block == 0;
                layers[block] = (
                    BlockName(stage, block, blocks[stage]),
                    new ResidualBlock(channels, width, first && stage > 0 ? 2 : 1, first, bottleneck && stage == 3, options)
                );
                channels = bottleneck ? 4 * width : width;
            }

            stages.Add(new Chain(layers));
            OutputChannels.Add(channels);
            register_module($"res{stage + 2}", stages[stage]);
        }

        OutputChannels.RemoveRange(0, OutputChannels.Count - options.Levels);
        Freeze();
    }

    /// <summary>Channels of the outputs, finest first.</summary>
    internal List<long> OutputChannels { get; } = [];

    /// <inheritdoc />
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        var outputs = new List<Tensor>();
        Tensor current;
        using (var stemmed = stem.call(input))
        {
            current = MaxPool.Halve(stemmed);
        }

        for (var stage = 0; stage < stages.Count; stage++)
        {
            var next = stages[stage].call(current);
            // By reference: tensors are equal to others by their values, and one with a NaN not even to itself.
            if (!outputs.Exists(output => ReferenceEquals(output, current)))
            {
                current.Dispose();
            }

            current = next;
            if (stage >= stages.Count - options.Levels)
            {
                outputs.Add(current);
            }
        }

        return outputs;
    }

    /// <summary>Blocks are lettered a, b, c ...; long stages of the 101-layer network count b1, b2 ... after the first.</summary>
    private static string BlockName(int stage, int block, int blocks) =>
        blocks > 20 ? $"res{stage + 2}{(block == 0 ? "a" : $"b{block}")}" : $"res{stage + 2}{(char)('a' + block)}";

    private void Freeze()
    {
        var frozen = options.FreezeAt < 0 ? [] : stages.Take(options.FreezeAt + 1).Prepend(stem);
        foreach (var parameter in frozen.SelectMany(part => part.parameters()))
        {
            parameter.requires_grad_(false);
        }

        if (options.FreezeNorm)
        {
            foreach (var parameter in modules().OfType<BatchNorm>().SelectMany(norm => norm.parameters()))
            {
                parameter.requires_grad_(false);
            }
        }
    }
}
