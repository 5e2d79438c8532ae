using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>
/// Batches whose images differ about their last bit (<see cref="Perturbation"/>): what a run on them has in another way is its rounding
/// noise. Unlike perturbed weights they leave the grid alone on which weights are rounded, which would otherwise be most of the difference.
/// </summary>
/// <param name="inner">The batches.</param>
/// <param name="seed">Which perturbation.</param>
public sealed class PerturbedBatches(IBatchSource inner, string seed) : IBatchSource
{
    /// <inheritdoc />
    public Batch At(int iteration)
    {
        var batch = inner.At(iteration);
        var images = new NamedTensors();
        images.Add("image", batch.Images);
        var tensors = Perturbation.Of(images, $"{seed}/{iteration}");
        foreach (var (name, tensor) in batch.Named.Where(pair => pair.Key != "image"))
        {
            tensors.Add(name, tensor);
        }

        return new Batch(tensors, $"{batch.Source}, perturbed");
    }
}
