using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Something that a file names and that is on the list of what is allowed.</summary>
/// <param name="Name">Module and name in Python.</param>
/// <param name="Function">What it stands for.</param>
/// <param name="Type">The element type of a storage or of a PyTorch dtype; null for an untyped storage.</param>
internal sealed record PickleGlobal(string Name, PickleFunction Function, ElementType? Type = null)
{
    private static readonly Dictionary<string, PickleGlobal> Allowed = List().ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>The entry of that name, or null: then the file is refused.</summary>
    public static PickleGlobal? Find(string module, string name) => Allowed.GetValueOrDefault($"{module}.{name}");

    /// <inheritdoc />
    public override string ToString() => $"object {Name}";

    private static IEnumerable<PickleGlobal> List()
    {
        yield return new("collections.OrderedDict", PickleFunction.OrderedDict);
        yield return new("_codecs.encode", PickleFunction.Encode);
        yield return new("__builtin__.bytes", PickleFunction.EmptyBytes);
        yield return new("builtins.bytes", PickleFunction.EmptyBytes);
        yield return new("torch._utils._rebuild_tensor_v2", PickleFunction.TorchTensor);
        yield return new("torch._utils._rebuild_tensor_v3", PickleFunction.TorchTensorOfType);
        yield return new("torch._utils._rebuild_parameter", PickleFunction.TorchParameter);
        yield return new("torch.Size", PickleFunction.TorchSize);
        yield return new("torch.device", PickleFunction.TorchDevice);
        yield return new("torch.storage.UntypedStorage", PickleFunction.TorchStorage);
        foreach (var (type, storage) in TorchNames.Storages)
        {
            yield return new($"torch.{storage}", PickleFunction.TorchStorage, type);
        }

        foreach (var type in Enum.GetValues<ElementType>())
        {
            yield return new($"torch.{type.Name()}", PickleFunction.TorchType, type);
        }

        // NumPy 2 moved its core.
        foreach (var core in new[] { "numpy.core", "numpy._core" })
        {
            yield return new($"{core}.multiarray._reconstruct", PickleFunction.NumpyReconstruct);
            yield return new($"{core}.multiarray.scalar", PickleFunction.NumpyScalar);
            yield return new($"{core}.numeric._frombuffer", PickleFunction.NumpyFromBuffer);
        }

        yield return new("numpy.ndarray", PickleFunction.NumpyArray);
        yield return new("numpy.dtype", PickleFunction.NumpyType);
    }
}
