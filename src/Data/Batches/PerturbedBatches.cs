using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>
/// Batches whose images are changed about their last bit (<see cref="Perturbation"/>). A run on them differs from the run on the unchanged
/// batches by rounding noise alone. Perturbed weights would show more than that: they are rounded on another grid, and that would be most
/// of the difference.
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
