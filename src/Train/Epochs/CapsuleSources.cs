using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Train.Capsules;

namespace PPYolo.Train.Epochs;

/// <summary>The states of a run over epochs that its iterations can be trained again from.</summary>
internal sealed class CapsuleSources
{
    private readonly CheckpointStore store;
    private readonly int iterationsPerEpoch;
    private readonly CapsuleSource? beginning;

    /// <summary>Begins with what the run begins with.</summary>
    /// <param name="store">Its checkpoints.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="from">The state that it goes on from, or null.</param>
    /// <param name="start">The weights that it begins with.</param>
    public CapsuleSources(CheckpointStore store, RunSettings settings, TrainingState? from, NamedTensors start)
    {
        this.store = store;
        iterationsPerEpoch = settings.Options.IterationsPerEpoch;
        beginning =
            from is null ? new(CapsuleOriginKind.Start, 0, null, start)
            : store.Latest is null ? new(CapsuleOriginKind.Reference, from.Iteration, settings.Continued)
            : null;
    }

    /// <summary>All that there are now: older checkpoints are removed as the run goes on.</summary>
    public IReadOnlyList<CapsuleSource> All() =>
        [
            .. beginning is null ? [] : new[] { beginning },
            .. store.Files().Select(file => new CapsuleSource(CapsuleOriginKind.Checkpoint, file.Epoch * iterationsPerEpoch, file.Path)),
        ];
}
