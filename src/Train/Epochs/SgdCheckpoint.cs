using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Train.Optimization;

namespace PPYolo.Train.Epochs;

/// <summary>The optimizer's state as PyTorch's SGD has it: parameters are numbered over the groups, in their order.</summary>
internal static class SgdCheckpoint
{
    /// <summary>Copies an optimizer's state.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="batch">Images in an iteration, over all ranks.</param>
    /// <param name="rate">The rate of the next iteration.</param>
    public static SgdState Of(SgdMomentum optimizer, TrainingRecipe recipe, long batch, double rate)
    {
        var buffers = optimizer.Momentum();
        var groups = OptimizerLayout.Of(optimizer.Groups, recipe, batch, rate);
        var state = new Dictionary<long, TensorData>();
        long number = 0;
        foreach (var group in optimizer.Groups)
        {
            foreach (var parameter in group.Parameters)
            {
                if (buffers.TryGet(parameter.Key, out var buffer))
                {
                    state.Add(number, buffer);
                }

                number++;
            }
        }

        return new(groups, state);
    }
}
