using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>
/// PP-YOLO's top-down pyramid (arXiv:2007.12099): a <see cref="YoloBlock"/> per level, joined by 1x1 transitions and upsampling.
/// </summary>
public sealed class PPYoloFpn : FeaturePyramid
{
    private readonly List<YoloBlock> blocks = [];
    private readonly List<ConvNorm> transitions = [];

    /// <summary>Creates the pyramid.</summary>
    /// <param name="inputs">Channels of the backbone's maps, finest first.</param>
    /// <param name="options">The network.</param>
    /// <param name="randomness">For DropBlock.</param>
    public PPYoloFpn(IReadOnlyList<long> inputs, NetworkOptions options, Randomness randomness)
        : base(nameof(PPYoloFpn))
    {
        long fromAbove = 0;
        for (var level = 0; level < options.Levels; level++)
        {
            var channels = ((64L << options.Levels) >> level) / options.Thinner;
            blocks.Add(new YoloBlock(inputs[options.Levels - 1 - level] + fromAbove, channels, level, options, randomness));
            register_module($"yolo_block_{level}", blocks[level]);
            OutputChannels.Add(2 * channels);
            if (level < options.Levels - 1)
            {
                fromAbove = (256 >> level) / options.Thinner;
                transitions.Add(ConvNorm.Plain(channels, fromAbove, 1, 1, "batch_norm", Activation.LeakyRelu, options));
                register_module($"yolo_transition_{level}", transitions[level]);
            }
        }
    }

    /// <inheritdoc />
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> maps)
    {
        var tips = new List<Tensor>();
        Tensor? route = null;
        for (var level = 0; level < blocks.Count; level++)
        {
            using var scope = NewDisposeScope();
            var map = maps[blocks.Count - 1 - level];
            var input = route is null ? map : UpsampleAndJoin(transitions[level - 1].call(route), map);
            var (nextRoute, tip) = blocks[level].call(input);
            route?.Dispose();
            route = nextRoute.MoveToOuterDisposeScope();
            tips.Add(tip.MoveToOuterDisposeScope());
        }

        route?.Dispose();
        return tips;
    }
}
