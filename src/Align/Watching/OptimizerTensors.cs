using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>What an optimizer keeps for each parameter: momentum, or Adam's moments.</summary>
internal static class OptimizerTensors
{
    /// <summary>Each tensor that is kept, by its parameter's name: of momentum that name, of others NAME.exp_avg and so on.</summary>
    /// <param name="optimizer">The optimizer; one that is not of TorchSharp has none.</param>
    /// <param name="names">The names of parameters, by their handles.</param>
    public static IEnumerable<(string Name, Tensor Tensor)> Of(optim.Optimizer optimizer, IReadOnlyDictionary<IntPtr, string> names)
    {
        if (optimizer is not OptimizerHelper helper)
        {
            yield break;
        }

        foreach (var (parameter, state) in optimizer.parameters().Zip(helper.state_dict().State))
        {
            // The fields are called as PyTorch's state is.
            foreach (var field in state.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
            {
                if (
                    names.TryGetValue(parameter.Handle, out var name)
                    && field.GetValue(state) is Tensor tensor
                    && !(state is RMSProp.State && field.Name != nameof(RMSProp.State.square_avg) && IsUnused(tensor))
                )
                {
                    yield return (field.Name == nameof(SGD.State.momentum_buffer) ? name : $"{name}.{field.Name}", tensor);
                }
            }
        }
    }

    /// <summary>TorchSharp's RMSProp has momentum, and a mean of gradients, where PyTorch's has none since they are not used.</summary>
    private static bool IsUnused(Tensor tensor) => TorchSummaries.Of(tensor) is { L2: 0, NonFinite: 0 };
}
