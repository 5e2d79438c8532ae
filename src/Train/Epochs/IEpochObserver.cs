namespace PPYolo.Train.Epochs;

/// <summary>Told on rank 0 how a run over epochs goes; for showing, not for changing.</summary>
public interface IEpochObserver
{
    /// <summary>An iteration is done.</summary>
    void AfterIteration(EpochIteration iteration);

    /// <summary>An epoch's checkpoint is written.</summary>
    /// <param name="epoch">How many epochs are done.</param>
    /// <param name="path">The checkpoint.</param>
    void AfterCheckpoint(int epoch, string path);

    /// <summary>The network was evaluated.</summary>
    /// <param name="score">What was found.</param>
    /// <param name="iterations">How many iterations are done.</param>
    /// <param name="best">Whether it is the best so far.</param>
    void AfterEvaluation(EpochScore score, int iterations, bool best);

    /// <summary>A capsule was written, or could not be.</summary>
    /// <param name="text">Which and why, in a sentence.</param>
    void AfterCapsule(string text) { }
}
