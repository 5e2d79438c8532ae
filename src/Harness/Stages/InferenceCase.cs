using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;

namespace PPYolo.Harness.Stages;

/// <summary>A network whose inference the reference recorded, in a file of its name.</summary>
/// <param name="Name">The network, and the file without .npz.</param>
/// <param name="Seed">The seed of its generated weights (plain profile).</param>
/// <param name="HighThreshold">The score threshold of the setting nms_high: one that about half of the candidates pass.</param>
internal sealed record InferenceCase(string Name, string Seed, float HighThreshold)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<InferenceCase> All { get; } = [new("r18vd", "1", 0.4f), new("r50vd", "2", 0.3f)];

    /// <summary>The network.</summary>
    public NetworkOptions Network => NetworkPresets.Find(Name)!;

    /// <summary>The settings of selection that were recorded.</summary>
    public IReadOnlyList<KeyValuePair<string, MatrixNmsOptions>> Selections =>
        [
            new("nms", new()),
            new("nms_high", new() { ScoreThreshold = HighThreshold, PostThreshold = 0.05f }),
            new("nms_gauss", new() { Gaussian = true, Sigma = 2 }),
            new("nms_top20_keep7", new() { NmsTopK = 20, KeepTopK = 7 }),
            new("nms_none", new() { ScoreThreshold = 0.99999f }),
            new("nms_post_none", new() { PostThreshold = 0.99999f }),
        ];
}
