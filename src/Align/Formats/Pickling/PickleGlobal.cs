using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Something that a file names and that is on the list of what is allowed.</summary>
/// <param name="Name">Module and name in Python.</param>
/// <param name="Function">What it stands for.</param>
/// <param name="Type">The element type of a storage or of a PyTorch dtype; null for an untyped storage.</param>
/// <param name="Unread">What tensors of it are where their type is not known here; null elsewhere.</param>
/// <param name="Size">Bytes of an element of such a type.</param>
internal sealed record PickleGlobal(string Name, PickleFunction Function, ElementType? Type = null, string? Unread = null, int Size = 1)
{
    private static readonly Dictionary<string, PickleGlobal> Allowed = List().ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>The entry of that name, or null: then the file is refused.</summary>
    public static PickleGlobal? Find(string module, string name) => Allowed.GetValueOrDefault($"{module}.{name}");

    /// <inheritdoc />
    public override string ToString() => $"object {Name}";

    private static IEnumerable<PickleGlobal> List() => [.. Python(), .. Torch(), .. TorchTypes(), .. Numpy()];

    private static IEnumerable<PickleGlobal> Python()
    {
        yield return new("collections.OrderedDict", PickleFunction.OrderedDict);
        yield return new("collections.Counter", PickleFunction.Counter);
        yield return new("collections.defaultdict", PickleFunction.DefaultDict);
        yield return new("collections.deque", PickleFunction.Deque);
        yield return new("_codecs.encode", PickleFunction.Encode);

        // Python 2 called its own module otherwise.
        foreach (var module in new[] { "builtins", "__builtin__" })
        {
            yield return new($"{module}.bytes", PickleFunction.EmptyBytes);
            yield return new($"{module}.bytearray", PickleFunction.ByteArray);
            yield return new($"{module}.complex", PickleFunction.Complex);
            yield return new($"{module}.set", PickleFunction.Set);
            yield return new($"{module}.frozenset", PickleFunction.Set);
            foreach (var type in new[] { "int", "long", "float", "bool", "str", "unicode", "list", "tuple", "dict" })
            {
                yield return new($"{module}.{type}", PickleFunction.PlainType);
            }
        }
    }

    private static IEnumerable<PickleGlobal> Torch()
    {
        yield return new("torch._utils._rebuild_tensor", PickleFunction.TorchTensorOld);
        yield return new("torch._utils._rebuild_tensor_v2", PickleFunction.TorchTensor);
        yield return new("torch._utils._rebuild_tensor_v3", PickleFunction.TorchTensorOfType);
        yield return new("torch._tensor._rebuild_from_type_v2", PickleFunction.TorchTensorOfClass);
        yield return new("torch._utils._rebuild_parameter", PickleFunction.TorchParameter);
        yield return new("torch._utils._rebuild_parameter_with_state", PickleFunction.TorchParameterWithState);
        foreach (var name in new[] { "_rebuild_device_tensor_from_numpy", "_rebuild_xla_tensor" })
        {
            yield return new($"torch._utils.{name}", PickleFunction.TorchTensorOfArray);
        }

        foreach (
            var (name, what) in new[]
            {
                ("_rebuild_sparse_tensor", "sparse"),
                ("_rebuild_sparse_csr_tensor", "sparse"),
                ("_rebuild_qtensor", "quantized"),
                ("_rebuild_nested_tensor", "nested"),
                ("_rebuild_meta_tensor_no_storage", "meta, without values"),
                ("_rebuild_wrapper_subclass", "a subclass of Tensor"),
                ("_rebuild_device_tensor_from_cpu_tensor", "another device's"),
            }
        )
        {
            yield return new($"torch._utils.{name}", PickleFunction.TorchTensorUnread, Unread: what);
        }

        yield return new("torch.Tensor", PickleFunction.TorchTensorClass);
        yield return new("torch.nn.parameter.Parameter", PickleFunction.TorchParameterClass);
        yield return new("torch.nn.Parameter", PickleFunction.TorchParameterClass);
        yield return new("torch.Size", PickleFunction.TorchSize);
        yield return new("torch.device", PickleFunction.TorchDevice);
        yield return new("torch.serialization._get_layout", PickleFunction.TorchLayout);
        foreach (
            var name in new[]
            {
                "strided",
                "sparse_coo",
                "sparse_csr",
                "sparse_csc",
                "sparse_bsr",
                "sparse_bsc",
                "per_tensor_affine",
                "per_tensor_symmetric",
                "per_channel_affine",
                "per_channel_symmetric",
                "per_channel_affine_float_qparams",
                "contiguous_format",
                "channels_last",
                "preserve_format",
            }
        )
        {
            yield return new($"torch.{name}", PickleFunction.TorchConstant);
        }
    }

    private static IEnumerable<PickleGlobal> TorchTypes()
    {
        yield return new("torch.storage.UntypedStorage", PickleFunction.TorchStorage);
        foreach (var device in new[] { "torch", "torch.cuda" })
        {
            foreach (var (type, storage) in TorchNames.Storages)
            {
                yield return new($"{device}.{storage}", PickleFunction.TorchStorage, type);
                yield return new(
                    $"{device}.{storage.Replace("Storage", "Tensor", StringComparison.Ordinal)}",
                    PickleFunction.TorchTensorClass
                );
            }

            foreach (var (storage, type, size) in TorchNames.UnreadStorages)
            {
                yield return new($"{device}.{storage}", PickleFunction.TorchStorage, Unread: type, Size: size);
            }
        }

        foreach (var type in Enum.GetValues<ElementType>())
        {
            yield return new($"torch.{type.Name()}", PickleFunction.TorchType, type);
        }

        foreach (var type in TorchNames.UnreadTypes)
        {
            yield return new($"torch.{type}", PickleFunction.TorchType, Unread: type);
        }
    }

    private static IEnumerable<PickleGlobal> Numpy()
    {
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
