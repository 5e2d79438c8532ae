using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;
using static TorchSharp.torch;

namespace PPYolo.Harness.Stages;

/// <summary>How the scenario is run.</summary>
public sealed record InferenceOptions
{
    /// <summary>Where the network is.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>The networks to compare, such as r18vd; empty is all whose files are there.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>Makes a detector of a network, its weights, whether norms are folded, and the device.</summary>
    public Func<NetworkOptions, NamedTensors, bool, Device, Detector> Create { get; init; } =
        (network, weights, fold, device) => new(network, weights, fold, device);
}
