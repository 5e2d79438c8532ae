namespace PPYolo.Data.Batches;

/// <summary>The batches of several ranks as those that a single rank trains on, joined in rank order.</summary>
/// <param name="parts">Each rank's.</param>
public sealed class MergedBatches(IReadOnlyList<IBatchSource> parts) : IBatchSource
{
    /// <inheritdoc />
    public Batch At(int iteration) =>
        parts.Count == 1 ? parts[0].At(iteration) : BatchMerge.Merge([.. parts.Select(part => part.At(iteration))]);
}
