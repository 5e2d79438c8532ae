using PPYolo.Train.Capsules;

namespace PPYolo.Train.Epochs;

/// <summary>How a run over epochs is kept and watched.</summary>
public sealed record EpochOptions
{
    /// <summary>Where the checkpoints go; used by rank 0.</summary>
    public required CheckpointStore Checkpoints { get; init; }

    /// <summary>The state to go on from, or null to begin.</summary>
    public TrainingState? From { get; init; }

    /// <summary>Who scores the network, or null.</summary>
    public IEpochEvaluation? Evaluation { get; init; }

    /// <summary>What keeps the last iterations for capsules, or null. Whoever made it disposes it.</summary>
    internal BlackBox? BlackBox { get; init; }

    /// <summary>Who is told.</summary>
    public IReadOnlyList<IEpochObserver> Observers { get; init; } = [];
}
