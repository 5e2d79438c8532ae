using PPYolo.Kernels.Operations;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Wrong start weights.</summary>
internal static class WeightFaults
{
    /// <summary>A weight has random numbers.</summary>
    public static Alteration NotLoaded(string key) => Changed(key, weight => weight.uniform_(-0.05, 0.05, generator: new Generator(1)));

    /// <summary>A weight is multiplied.</summary>
    public static Alteration Times(string key, double factor) => Changed(key, weight => weight.mul_(Scalars.Of(factor)));

    /// <summary>A weight of as many inputs as outputs has them exchanged.</summary>
    public static Alteration Transposed(string key) => Changed(key, weight => weight.copy_(weight.transpose(0, 1).clone()));

    /// <summary>A weight's outputs are in another order.</summary>
    public static Alteration Permuted(string key) =>
        Changed(
            key,
            weight =>
            {
                // 7 has no factor in common with the number of channels: every channel goes elsewhere.
                using var scope = NewDisposeScope();
                var order = Enumerable.Range(0, (int)weight.shape[0]).Select(channel => 7L * channel % weight.shape[0]).ToArray();
                weight.copy_(weight.index_select(0, tensor(order)));
            }
        );

    /// <summary>A weight or buffer is changed after it was loaded.</summary>
    public static Alteration Changed(string key, Action<Tensor> change) =>
        new()
        {
            Loaded = network =>
            {
                using var noGrad = no_grad();
                change(StateEntries.Of(network).Single(entry => entry.Key == key).Value);
            },
        };
}
