namespace PPYolo.Train.Stepping;

/// <summary>Training cannot go on: a loss is NaN or infinite.</summary>
public sealed class NonFiniteLossException(int iteration, string batch, IReadOnlyList<KeyValuePair<string, float>> losses) : Exception(
    $"iteration {iteration}: a loss is not finite on batch {batch}: {string.Join(", ", losses.Select(loss => $"{loss.Key} {loss.Value:R}"))}; "
    + "lower the learning rate, or look for the first bad tensor in the batch or the weights")
{
    /// <summary>The iteration, counted from 0.</summary>
    public int Iteration => iteration;
}
