using PPYolo.Model.Networks;
using TorchSharp;

namespace PPYolo.Train.Inference;

/// <summary>How a network is evaluated on a dataset.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The network.</summary>
    public required NetworkOptions Network { get; init; }

    /// <summary>The side that images are resized to, in pixels, a multiple of 32.</summary>
    public required int Size { get; init; }

    /// <summary>Images that the network sees at once; figures depend on it by rounding alone.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Whether norms are folded into convolutions.</summary>
    public bool Fold { get; init; } = true;

    /// <summary>Where the network computes.</summary>
    public torch.Device Device { get; init; } = torch.CPU;

    /// <summary>Told how many images are done so far, or null.</summary>
    public Action<int>? Progress { get; init; }
}
