using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Options;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Train.Runs;

/// <summary>A run of a fixed number of iterations from given weights on given batches.</summary>
/// <param name="Options">Network and recipe.</param>
/// <param name="Start">The start weights.</param>
/// <param name="Batches">The batches of a rank.</param>
/// <param name="Iterations">How many.</param>
/// <param name="Seed">The seed of DropBlock.</param>
public sealed record RunPlan(TrainOptions Options, NamedTensors Start, Func<int, IBatchSource> Batches, int Iterations, string Seed)
{
    /// <summary>Who makes network and step.</summary>
    public TrainingFactory Factory { get; init; } = new();

    /// <summary>Whether all ranks' weights are compared after every iteration.</summary>
    public bool CheckReplicas { get; init; } = true;

    /// <summary>Where the network is.</summary>
    public Device Device { get; init; } = CPU;
}
