using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>PP-YOLOv2's path aggregation network (arXiv:2104.10419): top-down as an FPN, then bottom-up again.</summary>
public sealed class PPYoloPan : FeaturePyramid
{
    private readonly List<PanBlock> down = [];
    private readonly List<ConvNorm> downTransitions = [];
    private readonly SortedDictionary<int, PanBlock> up = [];
    private readonly SortedDictionary<int, ConvNorm> upTransitions = [];

    /// <summary>Creates the network.</summary>
    /// <param name="inputs">Channels of the backbone's maps, finest first.</param>
    /// <param name="options">The network.</param>
    /// <param name="randomness">For DropBlock.</param>
    public PPYoloPan(IReadOnlyList<long> inputs, NetworkOptions options, Randomness randomness)
        : base(nameof(PPYoloPan))
    {
        var levels = options.Levels;
        long fromAbove = 0;
        for (var level = 0; level < levels; level++)
        {
            var channels = 512L >> level;
            down.Add(
                new PanBlock(
                    inputs[levels - 1 - level] + fromAbove,
                    channels,
                    level == 0 && options.SpatialPyramidPooling,
                    $"neck.fpn_{level}",
                    options,
                    randomness
                )
            );
            register_module($"fpn_{level}", down[level]);
            OutputChannels.Add(2 * channels);
            if (level < levels - 1)
            {
                fromAbove = channels;
                downTransitions.Add(PanBlock.Layer(2 * channels, channels, 1, 1, options));
                register_module($"fpn_transition_{level}", downTransitions[level]);
            }
        }

        for (var level = levels - 2; level >= 0; level--)
        {
            long channels = 512L >> level,
                below = 2 * (512L >> (level + 1));
            upTransitions[level] = PanBlock.Layer(below, below, 3, 2, options);
            up[level] = new PanBlock(below + (2 * channels), channels, false, $"neck.pan_{level}", options, randomness);
            register_module($"pan_transition_{level}", upTransitions[level]);
            register_module($"pan_{level}", up[level]);
        }
    }

    /// <inheritdoc />
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> maps)
    {
        using var scope = NewDisposeScope();
        var levels = down.Count;
        var features = new Tensor[levels];
        for (var level = 0; level < levels; level++)
        {
            var map = maps[levels - 1 - level];
            features[level] = down[level]
                .call(level == 0 ? map : UpsampleAndJoin(downTransitions[level - 1].call(features[level - 1]), map));
        }

        var outputs = new Tensor[levels];
        outputs[^1] = features[^1];
        for (var level = levels - 2; level >= 0; level--)
        {
            outputs[level] = up[level].call(cat([upTransitions[level].call(outputs[level + 1]), features[level]], 1));
        }

        return [.. outputs.Select(output => output.MoveToOuterDisposeScope())];
    }
}
