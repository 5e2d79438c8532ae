using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Model.State;

/// <summary>One entry of a network's state_dict.</summary>
/// <param name="Key">The reference's key, such as backbone.conv1.conv1_1.conv.weight.</param>
/// <param name="Value">The parameter or buffer itself.</param>
public sealed record StateEntry(string Key, Tensor Value)
{
    /// <summary>Whether weight decay is on it where it trains: the module that owns it says so (<see cref="IDecayRule"/>).</summary>
    public bool Decays { get; init; } = true;

    /// <summary>Whether it is a parameter; else a buffer.</summary>
    public bool IsParameter => Value is Parameter;

    /// <summary>Whether training changes it by its gradient.</summary>
    public bool IsTrainable => Value is Parameter { requires_grad: true };

    /// <summary>Whether it counts batches, an integer that neither EMA nor comparison of values concerns.</summary>
    public bool IsBatchCounter => Key.EndsWith("num_batches_tracked", StringComparison.Ordinal);
}
