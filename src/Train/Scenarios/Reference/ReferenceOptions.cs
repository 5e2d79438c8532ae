using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Train.Scenarios.Reference;

/// <summary>How a reference case is run.</summary>
public sealed record ReferenceOptions
{
    /// <summary>Where the network is.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Who makes network and training step.</summary>
    public TrainingFactory Factory { get; init; } = new();

    /// <summary>Told after each iteration.</summary>
    public Action<StepResult>? Progress { get; init; }
}
