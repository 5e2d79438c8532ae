using System.Globalization;
using System.Numerics.Tensors;
using PPYolo.Align;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Batches;

/// <summary>Whether a network can be trained on a batch. It is asked before training, so that the message is about the batch.</summary>
internal static class BatchFit
{
    /// <summary>What a target has for an anchor and cell beside its classes.</summary>
    private const int BoxChannels = 6;

    /// <summary>Refuses a batch for another network.</summary>
    /// <exception cref="AlignException">It has other levels, anchors, classes or sides.</exception>
    public static void Require(Batch batch, NetworkOptions network)
    {
        var (images, size) = (batch.Images.Shape, batch.Size);
        if (images[1] != 3 || images[2] != size || size == 0 || size % network.Strides.Max() != 0)
        {
            throw new AlignException(
                $"{batch.Source}: expected 'image' of 3 channels and a side that is a multiple of {network.Strides.Max()}, found "
                    + $"{batch.Images}"
            );
        }

        if (batch.Targets.Count != network.Levels)
        {
            throw new AlignException(
                $"{batch.Source}: expected targets of {network.Levels} levels, found {batch.Targets.Count} (target0 to "
                    + $"target{batch.Targets.Count - 1}); --config names another network than the one that was recorded"
            );
        }

        for (var level = 0; level < network.Levels; level++)
        {
            var target = batch.Targets[level];
            if (target.Shape[2] - BoxChannels is var classes && classes != network.Classes)
            {
                throw new AlignException(
                    $"{batch.Source}: expected targets of {network.Classes} classes, found target{level} of {classes} ({target}); "
                        + $"where the recorded network has so many: --set classes={classes}"
                );
            }

            var cells = size / network.Strides[level];
            long[] expected = [batch.Count, network.AnchorMasks[level].Length, BoxChannels + network.Classes, cells, cells];
            if (!target.Shape.AsSpan().SequenceEqual(expected))
            {
                throw new AlignException(
                    $"{batch.Source}: expected target{level} of shape {string.Join('x', expected)}, found {target.ShapeText}; --config "
                        + $"names another network than the one that was recorded"
                );
            }
        }
    }

    /// <summary>Refuses a batch that no weights can be trained on, or losses that nothing can be compared with.</summary>
    /// <exception cref="AlignException">A value is NaN or infinite.</exception>
    public static void RequireFinite(Batch batch, IReadOnlyDictionary<string, float> losses)
    {
        foreach (var (name, tensor) in batch.Named)
        {
            if (tensor.Count > 0 && !float.IsFinite(TensorPrimitives.MaxMagnitude(tensor.As<float>())))
            {
                throw new AlignException($"{batch.Source}: '{name}' has elements that are NaN or infinite; record the run again");
            }
        }

        foreach (var (name, value) in losses.Where(loss => !float.IsFinite(loss.Value)))
        {
            throw new AlignException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{batch.Source}: '{name}' is {value}: the recorded run broke down there, and nothing can be compared with it; take "
                        + $"away this iteration's files and the later ones, or record the run again"
                )
            );
        }
    }
}
