using PPYolo.Data.Batches;

namespace PPYolo.Train.Stepping;

/// <summary>Training cannot go on: a loss is NaN or infinite.</summary>
/// <param name="iteration">The iteration, counted from 0.</param>
/// <param name="batch">What it trained on.</param>
/// <param name="losses">The losses over the images of all ranks.</param>
/// <param name="localLosses">The losses of this rank's images.</param>
/// <param name="cause">The first tensor that is not finite, where somebody looked for it.</param>
public sealed class NonFiniteLossException(
    int iteration,
    Batch batch,
    IReadOnlyList<KeyValuePair<string, float>> losses,
    IReadOnlyList<KeyValuePair<string, float>> localLosses,
    string? cause = null
)
    : Exception(
        $"iteration {iteration}: a loss is not finite on batch {batch.Source}: "
            + $"{string.Join(", ", losses.Select(loss => $"{loss.Key} {loss.Value:R}"))}; "
            + (cause ?? "lower the learning rate, or look for the first bad tensor in the batch or the weights")
    )
{
    /// <summary>The iteration, counted from 0.</summary>
    public int Iteration => iteration;

    /// <summary>What this rank trained on.</summary>
    public Batch Batch => batch;

    /// <summary>The losses over the images of all ranks.</summary>
    public IReadOnlyList<KeyValuePair<string, float>> Losses => losses;

    /// <summary>The losses of this rank's images.</summary>
    public IReadOnlyList<KeyValuePair<string, float>> LocalLosses => localLosses;

    /// <summary>The same with its cause.</summary>
    public NonFiniteLossException With(string found) => new(iteration, batch, losses, localLosses, found);
}
