using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>Layers by name, one after the other; each intermediate result is freed as soon as the next layer has it.</summary>
public sealed class Chain : NamedModule<Tensor, Tensor>
{
    private readonly List<nn.Module<Tensor, Tensor>> layers = [];

    /// <summary>Creates the chain.</summary>
    public Chain(params ReadOnlySpan<(string Name, nn.Module<Tensor, Tensor> Layer)> layers)
        : base(nameof(Chain))
    {
        foreach (var (name, layer) in layers)
        {
            this.layers.Add(layer);
            register_module(name, layer);
        }
    }

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        var current = input;
        foreach (var layer in layers)
        {
            var next = layer.call(current);
            if (!ReferenceEquals(current, input))
            {
                current.Dispose();
            }

            current = next;
        }

        return ReferenceEquals(current, input) ? input.alias() : current;
    }
}
