using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// Where the network's layers get random numbers from. The trainer replaces the source before each iteration by one that depends on seed
/// and iteration alone, so that a run can be repeated bit by bit.
/// </summary>
public sealed class Randomness
{
    /// <summary>Makes uniform numbers in [0,1) for a layer's name and a shape.</summary>
    public Func<string, long[], Tensor>? Source { get; set; }

    internal Tensor Uniform(string name, long[] shape, Device device)
    {
        var source = Source ?? throw new InvalidOperationException($"layer '{name}' needs random numbers, and no source was set");
        using var numbers = source(name, shape);
        return numbers.to(device, copy: true);
    }
}
