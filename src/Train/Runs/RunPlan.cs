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
    /// <summary>In what the training is another than the right one.</summary>
    public Alteration Alteration { get; init; } = Alteration.None;

    /// <summary>What all ranks must have alike of the data, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> DataFacts { get; init; } = [];

    /// <summary>Given each rank's trainer before its first iteration, to watch it; null where nobody does.</summary>
    public Action<Trainer>? Observe { get; init; }

    /// <summary>Whether all ranks' weights are compared after every iteration.</summary>
    public bool CheckReplicas { get; init; } = true;

    /// <summary>
    /// Whether ranks that are threads of one process have weights, momentum and averages once. An altered run never does, nor may one whose
    /// tensors somebody overwrites.
    /// </summary>
    public bool SharesState { get; init; } = true;

    /// <summary>Where the network is; null is the CPU. A plan by itself loads no libtorch.</summary>
    public Device? Device { get; init; }

    /// <summary>The same run, altered: its batches too.</summary>
    public RunPlan With(Alteration alteration) =>
        this with
        {
            Alteration = alteration,
            Batches = rank => alteration.Batches(Batches, rank),
        };
}
