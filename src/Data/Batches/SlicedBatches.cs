using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>One rank's part of batches that are split over ranks: consecutive images.</summary>
/// <param name="whole">The whole batches.</param>
/// <param name="counts">How many images each rank takes; together all.</param>
/// <param name="rank">Whose part.</param>
public sealed class SlicedBatches(IBatchSource whole, IReadOnlyList<int> counts, int rank) : IBatchSource
{
    /// <inheritdoc />
    public Batch At(int iteration)
    {
        var batch = whole.At(iteration);
        if (counts.Sum() != batch.Count)
        {
            throw new AlignException($"{batch.Source}: a batch of {batch.Count} images cannot be split into {string.Join(" + ", counts)}");
        }

        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            var perImage = tensor.Bytes.Length / (int)batch.Count;
            tensors.Add(
                name,
                new TensorData(
                    tensor.Type,
                    [counts[rank], .. tensor.Shape.AsSpan()[1..]],
                    tensor.Bytes.Slice(counts.Take(rank).Sum() * perImage, counts[rank] * perImage)
                )
            );
        }

        return new Batch(tensors, $"{batch.Source}, part of rank {rank}");
    }

    /// <summary>Splits a number of images as evenly as possible.</summary>
    public static IReadOnlyList<int> Even(int images, int ranks) =>
        [.. Enumerable.Range(0, ranks).Select(rank => (images / ranks) + (rank < images % ranks ? 1 : 0))];
}
