using PPYolo.Model.Layers;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>A feature pyramid: backbone maps, finest first, to one map per level, coarsest first.</summary>
public abstract class FeaturePyramid(string name) : NamedModule<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>(name)
{
    /// <summary>Channels of the outputs, coarsest first.</summary>
    internal List<long> OutputChannels { get; } = [];

    /// <summary>Doubles the size by repetition and puts the result in front of the other map's channels.</summary>
    private protected static Tensor UpsampleAndJoin(Tensor coarse, Tensor fine)
    {
        using var upsampled = nn.functional.interpolate(coarse, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        return cat([upsampled, fine], 1);
    }
}
