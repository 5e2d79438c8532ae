using PPYolo.Align.Tensors;

namespace PPYolo.Train.Epochs;

/// <summary>
/// Scores the network between epochs. It runs on rank 0 while the other ranks wait, however long it takes. The weights are copies of the
/// moving average, corrected: whatever is done with them, training goes on as if there had been no evaluation.
/// </summary>
public interface IEpochEvaluation
{
    /// <summary>Evaluates.</summary>
    /// <param name="weights">Every entry of the network's state_dict, from the moving average; valid during the call.</param>
    /// <param name="epochs">How many epochs are done.</param>
    EpochScore Evaluate(NamedTensors weights, int epochs);
}
