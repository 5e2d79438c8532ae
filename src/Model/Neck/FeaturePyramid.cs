using PPYolo.Model.Layers;
using static TorchSharp.torch;

namespace PPYolo.Model.Neck;

/// <summary>
/// A feature pyramid: backbone maps, finest first, to one map per level, coarsest first. The backbone's maps belong to it, and are freed
/// when they are not needed any more.
/// </summary>
public abstract class FeaturePyramid(string name) : NamedModule<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>(name)
{
    /// <summary>Channels of the outputs, coarsest first.</summary>
    internal List<long> OutputChannels { get; } = [];

    /// <summary>Doubles the size by repetition and puts the result in front of the other map's channels, which is freed.</summary>
    private protected static Tensor UpsampleAndJoin(Tensor coarse, Tensor fine)
    {
        using var upsampled = nn.functional.interpolate(coarse, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        using (fine)
        {
            return cat([upsampled, fine], 1);
        }
    }
}
