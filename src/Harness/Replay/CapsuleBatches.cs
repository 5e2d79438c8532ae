using PPYolo.Data.Batches;

namespace PPYolo.Harness.Replay;

/// <summary>
/// Batches made again, and in the place of those that a capsule keeps the kept ones: what was trained on is there, even where it cannot be
/// made again.
/// </summary>
/// <param name="made">Batches made again.</param>
/// <param name="folder">The capsule.</param>
/// <param name="rank">Whose.</param>
/// <param name="first">The iteration of the run that is the capsule's first.</param>
/// <param name="say">Told when a batch that is made again is another.</param>
internal sealed class CapsuleBatches(IBatchSource made, string folder, int rank, int first, Action<string> say) : IBatchSource, IDisposable
{
    private readonly RecordedBatches kept = new(folder, rank);

    /// <inheritdoc />
    public Batch At(int iteration)
    {
        var again = made.At(iteration);
        if (iteration < first || !File.Exists(Path.Combine(folder, RecordedBatches.FileName(iteration - first, rank))))
        {
            return again;
        }

        var own = kept.At(iteration - first);
        var differing = own
            .Named.Zip(again.Named, (a, b) => (a.Key, Same: a.Value.BitwiseEquals(b.Value)))
            .Where(pair => !pair.Same)
            .Select(pair => pair.Key)
            .ToList();
        if (differing.Count > 0)
        {
            say(
                $"iteration {iteration}, rank {rank}: the batch made again is not the one that was trained on "
                    + $"({string.Join(", ", differing)} differ); the one in {folder} is taken: look at what makes batches, and at memory"
            );
        }

        return own;
    }

    /// <inheritdoc />
    public void Dispose() => (made as IDisposable)?.Dispose();
}
