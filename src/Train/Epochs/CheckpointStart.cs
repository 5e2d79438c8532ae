using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;
using PPYolo.Train.Weights;

namespace PPYolo.Train.Epochs;

/// <summary>The weights a run begins with: initial ones, over which those of a checkpoint are laid.</summary>
internal static class CheckpointStart
{
    /// <summary>Makes them.</summary>
    /// <param name="settings">Name the network and how it is initialized.</param>
    /// <param name="checkpoint">What the checkpoint holds, or null where none was given.</param>
    /// <param name="say">Told what was taken over.</param>
    /// <exception cref="AlignException">The checkpoint has nothing that this network could begin with.</exception>
    public static NamedTensors Of(RunSettings settings, NamedTensors? checkpoint, Action<string> say)
    {
        var start = StartWeights.Parse(settings.Init).For(settings.Options.ToNetwork());
        if (checkpoint is null)
        {
            return start;
        }

        var partial = PartialWeights.Take(start, Float32Weights.Of(checkpoint, settings.Checkpoint!, say));
        if (partial.Taken.All(IsCounter) && partial.OtherShape.Any(entry => !IsCounter(entry)))
        {
            throw new AlignException(
                $"{settings.Checkpoint}: expected weights of this network, found only {partial.Taken.Count} counters of batches that fit; "
                    + $"of another shape or type are {string.Join(", ", partial.OtherShape.Where(entry => !IsCounter(entry)).Take(3))}"
            );
        }

        if (partial.Taken.All(IsCounter))
        {
            throw new AlignException(
                $"{settings.Checkpoint}: expected entries such as {start.Names[0]}, found {string.Join(", ", checkpoint.Names.Take(2))}"
                    + $"; turn weights of Paddle into those of PyTorch with ppyolo convert, and check --config"
            );
        }

        ZeroWeights.Refuse(checkpoint, settings.Checkpoint!);
        say(partial.Describe(settings.Checkpoint!));
        return partial.Weights;
    }

    private static bool IsCounter(string entry) => entry.Contains(TensorComparison.CounterMark, StringComparison.Ordinal);
}
