using PPYolo.Train.Runs;

namespace PPYolo.Train.Epochs;

/// <summary>An iteration of a run over epochs.</summary>
/// <param name="Epoch">The epoch it belongs to, from 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="IterationsPerEpoch">Iterations of an epoch.</param>
/// <param name="Images">Images of all ranks together.</param>
/// <param name="Done">What rank 0 did.</param>
public sealed record EpochIteration(int Epoch, int Epochs, int IterationsPerEpoch, int Images, TrainedBatch Done)
{
    /// <summary>Iterations that are done in the whole run.</summary>
    public int IterationsDone => Done.Result.Iteration + 1;

    /// <summary>Iterations of the whole run.</summary>
    public int Iterations => Epochs * IterationsPerEpoch;

    /// <summary>Waiting for data and training together.</summary>
    public TimeSpan Time => Done.DataWait + Done.StepTime;
}
