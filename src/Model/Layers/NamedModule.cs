using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>
/// A module whose parts are registered by hand, under the reference's names and in its order. TorchSharp would otherwise register every
/// field a second time under the field's name.
/// </summary>
public abstract class NamedModule<TInput, TOutput>(string name) : nn.Module<TInput, TOutput>(name)
{
    /// <inheritdoc />
    protected override void RegisterComponents() { }
}
