using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Train.Capsules;
using PPYolo.Train.Epochs;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Replay;

/// <summary>The state that a capsule is trained again from.</summary>
internal sealed class CapsuleState : IDisposable
{
    private readonly TrainingState? state;

    private CapsuleState(TrainingState? state, NamedTensors weights) => (this.state, Weights) = (state, weights);

    /// <summary>The weights as trained.</summary>
    public NamedTensors Weights { get; }

    /// <summary>Reads it, and checks that it is the one that belongs to the capsule.</summary>
    /// <param name="folder">The capsule.</param>
    /// <param name="file">Its capsule.json.</param>
    /// <param name="iterationsPerEpoch">How many iterations an epoch has.</param>
    /// <exception cref="AlignException">It is missing, or another.</exception>
    public static CapsuleState Read(string folder, CapsuleFile file, int iterationsPerEpoch)
    {
        var origin = file.Origin;
        var path = Path.Combine(folder, origin.File);
        if (!File.Exists(path))
        {
            throw new AlignException(
                $"{path}: not found; the capsule is trained again from it, the state of its run before iteration {origin.Iteration}: put "
                    + "back the checkpoint, or explain the capsule without training"
            );
        }

        if (CapsuleSource.Sha256(path) is var found && found != origin.Sha256)
        {
            throw new AlignException(
                $"{path}: expected the checkpoint of SHA-256 {origin.Sha256}, found {found}; it is not the one that belongs to the capsule"
            );
        }

        if (origin.Kind == CapsuleOriginKind.Start)
        {
            return new(null, TensorFile.Read(path));
        }

        var state =
            origin.Kind == CapsuleOriginKind.Checkpoint ? TrainingState.Read(path) : TrainingState.OfReference(path, iterationsPerEpoch);
        if (state.Iteration == origin.Iteration)
        {
            return new(state, state.Raw);
        }

        state.Dispose();
        throw new AlignException(
            $"{path}: expected the state before iteration {origin.Iteration}, as {CapsuleFile.FileName} says, found that before "
                + $"{state.Iteration}; the dataset, or the batch, is another than when the run began"
        );
    }

    /// <summary>Puts a run into it, whose network has the weights.</summary>
    public void Restore(TrainStep step) => state?.Restore(step);

    /// <inheritdoc />
    public void Dispose()
    {
        if (state is null)
        {
            Weights.Dispose();
        }

        state?.Dispose();
    }
}
