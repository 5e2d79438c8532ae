using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison;

/// <summary>What a tensor is apart from its values.</summary>
/// <param name="Type">The element type as NumPy writes it: float32.</param>
/// <param name="Shape">The extents; empty for a scalar, null where it was not read.</param>
public sealed record TensorForm(string Type, IReadOnlyList<long>? Shape)
{
    internal static TensorForm Of(TensorData tensor) => new(tensor.Type.Name(), tensor.Shape);

    /// <summary>Type and shape, for messages: float32 64x3x7x7.</summary>
    public override string ToString() => Shape is null ? Type : $"{Type} {(Shape.Count == 0 ? "scalar" : string.Join('x', Shape))}";
}
