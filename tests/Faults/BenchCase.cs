namespace PPYolo.Tests.Faults;

/// <summary>A right training, in which faults are planted.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Configuration">The configuration it begins with.</param>
/// <param name="Settings">What is changed in it.</param>
internal sealed record BenchCase(string Name, string Configuration, IReadOnlyList<string> Settings)
{
    private static readonly string[] Recipe =
    [
        "dropBlock=false",
        "iterationsPerEpoch=4",
        "startFactor=0.5",
        "learningRatePerImage=0.000005",
        "weightDecay=0.01",
        "clipGradNorm=20",
    ];

    /// <summary>
    /// The smallest training that has nearly everything a fault can be in: frozen and trained stages, clipping, warm-up, decay, two levels,
    /// mixed objects.
    /// </summary>
    public static BenchCase Small { get; } = Of("r18vd at 64", "ppyolo_r18vd_voc2012", 4, 64, 0);

    /// <summary>Bottlenecks, deformable convolutions, coordinates and IoU awareness.</summary>
    public static BenchCase Deformable { get; } = Of("r50vd at 96", "ppyolo_r50vd_voc2012", 2, 96, 1);

    /// <summary>Maps of 13x13, in which pools of 9 and of 13 are not the same.</summary>
    public static BenchCase Pools { get; } = Of("r50vd at 416", "ppyolo_r50vd_voc2012", 2, 416, 3);

    /// <summary>Mish, and a way up again.</summary>
    public static BenchCase Aggregation { get; } = Of("ppyolov2_r50vd at 96", "ppyolov2_r50vd_voc2012", 2, 96, 3);

    private static BenchCase Of(string name, string configuration, int batch, int size, int freezeAt) =>
        new(name, configuration, [$"batch={batch}", $"sizes=[{size}]", $"freezeAt={freezeAt}", .. Recipe]);
}
