using PPYolo.Data.Batches;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Reference;

/// <summary>How a reference case is run.</summary>
public sealed record ReferenceOptions
{
    /// <summary>Where the network is.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>How many ranks share each batch, in threads of this process.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Threads of libtorch over all ranks.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>
    /// The first so many of the case's iterations, at least 1, all unless given; what the reference recorded of later ones is then not
    /// compared.
    /// </summary>
    public int? Iterations { get; init; }

    /// <summary>In what the training is another than the right one.</summary>
    public Alteration Alteration { get; init; } = Alteration.None;

    /// <summary>Given each rank's trainer before its first iteration, to watch it; null where nobody does.</summary>
    public Action<Trainer>? Observe { get; init; }

    /// <summary>Stands between the run and its batches.</summary>
    public Func<IBatchSource, IBatchSource> Batches { get; init; } = batches => batches;

    /// <summary>Told after each iteration.</summary>
    public Action<StepResult>? Progress { get; init; }
}
