namespace PPYolo.Harness.Explain;

/// <summary>How two runs are explained.</summary>
public sealed record ExplainOptions
{
    /// <summary>Threads of libtorch over all ranks.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Where runs are repeated; null is the CPU. With several ranks each has a card of its own, from this one on.</summary>
    public TorchSharp.torch.Device? Device { get; init; }

    /// <summary>Perturbed twins to measure the noise floor on where it is not kept; 0 measures none.</summary>
    public int Twins { get; init; } = ExplainScenario.StandardTwins;

    /// <summary>
    /// A file from which the floor is read, or to which it is written once measured; null is floor.npz of the first folder, which is only
    /// read.
    /// </summary>
    public string? Floor { get; init; }

    /// <summary>Records of the first run taken again, such as on another number of threads: the noise floor is measured on them.</summary>
    public IReadOnlyList<string> Noise { get; init; } = [];

    /// <summary>A file that says what the names of one run are in the other; null where both have the same.</summary>
    public string? Names { get; init; }

    /// <summary>Told what is being tried.</summary>
    public Action<string>? Progress { get; init; }
}
