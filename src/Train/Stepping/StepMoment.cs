using PPYolo.Data.Batches;
using PPYolo.Model.Head;

namespace PPYolo.Train.Stepping;

/// <summary>What an iteration has computed so far.</summary>
/// <param name="iteration">Counted from 0.</param>
/// <param name="batch">What this rank trains on.</param>
public sealed class StepMoment(int iteration, Batch batch)
{
    /// <summary>Counted from 0.</summary>
    public int Iteration => iteration;

    /// <summary>What this rank trains on.</summary>
    public Batch Batch => batch;

    /// <summary>This rank's losses as tensors, from which gradients are computed; from the phase Loss on.</summary>
    public LossTerms? Terms { get; internal set; }

    /// <summary>
    /// Each loss by name in the order of summation, then total_loss; over the images of all ranks. Empty before the phase Loss.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, float>> Losses { get; internal set; } = [];

    /// <summary>The learning rate that is used; 0 before the phase Schedule.</summary>
    public double Rate { get; internal set; }
}
