using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Numpy;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Does what a pickle asks of the functions on the list. Arguments that the real functions would not get are refused.</summary>
internal sealed class PickleCalls(ByteSource source, AllocationBudget budget)
{
    private readonly List<PickleValue> pending = [];
    private readonly Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);

    /// <summary>The tensors that wait for their storages.</summary>
    public IReadOnlyList<PickleValue> Pending => pending;

    /// <summary>The storages that the pickle names, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <summary>The error of a name that is not on the list.</summary>
    public AlignException Refuse(string name) =>
        source.Error(
            "only tensors, arrays, lists, dicts and numbers",
            $"the name '{(name.Length <= 100 ? name : name[..100] + "...")}', which is refused since using it could run a program",
            "nothing of it was run; if you trust the file, save its tensors alone, as a state_dict"
        );

    public void Set(PickleDictionary dictionary, PickleValue key, PickleValue value)
    {
        if (key.Kind is not (PickleKind.Text or PickleKind.Int or PickleKind.Bool or PickleKind.Float or PickleKind.None))
        {
            throw source.Error("a string or number as key of a dict", $"{key}");
        }

        dictionary.Set(key, value);
    }

    public PickleValue Call(PickleGlobal function, List<PickleValue> arguments) =>
        (function.Function, arguments) switch
        {
            (PickleFunction.OrderedDict, []) => new PickleValue(PickleKind.Dict, new PickleDictionary()),
            (PickleFunction.OrderedDict, [{ Content: List<PickleValue> pairs }]) => OrderedDict(pairs),
            (PickleFunction.Encode, [{ Content: EncodedText text }, var encoding]) when IsLatin1(encoding) => new PickleValue(
                PickleKind.Bytes,
                text.EncodeLatin1(budget)
            ),
            (PickleFunction.EmptyBytes, []) => new PickleValue(PickleKind.Bytes, new ByteSource(default, source.Label)),
            (PickleFunction.TorchSize, [{ Kind: PickleKind.Tuple } shape]) => shape,
            (PickleFunction.TorchDevice, [{ Kind: PickleKind.Text } device, ..]) => device,
            (PickleFunction.TorchParameter, [{ Kind: PickleKind.Tensor } tensor, ..]) => tensor,
            (PickleFunction.TorchTensor, [{ Content: TorchStorage storage }, var offset, var shape, var strides, ..]) => TorchTensor(
                storage,
                storage.Type,
                offset,
                shape,
                strides
            ),
            (
                PickleFunction.TorchTensorOfType,
                [
                    { Content: TorchStorage storage },
                    var offset,
                    var shape,
                    var strides,
                    _,
                    _,
                    { Content: PickleGlobal { Function: PickleFunction.TorchType } type },
                    ..,
                ]
            ) => TorchTensor(storage, type.Type, offset, shape, strides),
            (PickleFunction.NumpyType, [{ Kind: PickleKind.Text } name, ..]) => new PickleValue(
                PickleKind.Other,
                new NumpyDtype(name.AsText())
            ),
            (PickleFunction.NumpyReconstruct, [{ Content: PickleGlobal { Function: PickleFunction.NumpyArray } }, ..]) => new PickleValue(
                PickleKind.Tensor,
                null
            ),
            (PickleFunction.NumpyScalar, [{ Content: NumpyDtype type }, var bytes]) => new PickleValue(
                PickleKind.Tensor,
                Array(type, [], fortran: false, bytes)
            ),
            (PickleFunction.NumpyFromBuffer, [var bytes, { Content: NumpyDtype type }, var shape, { Kind: PickleKind.Text } order]) =>
                new PickleValue(PickleKind.Tensor, Array(type, Numbers(shape), order.AsText() == "F", bytes)),
            _ => throw source.Error("a call that PyTorch or NumPy writes", $"'{function.Name}' with {arguments.Count} other arguments"),
        };

    /// <summary>Gives an object its state.</summary>
    public void Build(PickleValue instance, PickleValue state)
    {
        switch (instance, state)
        {
            case (
                { Kind: PickleKind.Tensor, Content: null },
                { Content: List<PickleValue> and [_, var shape, { Content: NumpyDtype type }, { Content: bool fortran }, var bytes] }
            ):
                instance.Content = Array(type, Numbers(shape), fortran, bytes);
                break;
            case (
                { Content: NumpyDtype type },
                {
                    Content: List<PickleValue>
                        and [_, { Kind: PickleKind.Text } order, { Kind: PickleKind.None }, { Kind: PickleKind.None }, ..]
                }
            ):
                type.SetOrder(order.AsText());
                break;

            // A module's state_dict carries the versions of its modules as attributes, which nothing here needs.
            case ({ Kind: PickleKind.Dict }, { Kind: PickleKind.Dict }):
                break;
            default:
                throw source.Error("the state of an array, a dtype or a dict", $"{state} for {instance}");
        }
    }

    /// <summary>The storage that a persistent id of PyTorch names.</summary>
    public PickleValue Storage(PickleValue id)
    {
        if (
            id.Content is not List<PickleValue> parts
            || parts
                is not [
                    var tag,
                    { Content: PickleGlobal { Function: PickleFunction.TorchStorage } type },
                    { Kind: PickleKind.Text } key,
                    _,
                    { Content: long count },
                    ..,
                ]
            || tag.Kind != PickleKind.Text
            || tag.AsText() != "storage"
            || count < 0
        )
        {
            throw source.Error("the id of a PyTorch storage", $"{id}");
        }

        if (parts.Count > 5 && parts[5].Kind != PickleKind.None)
        {
            throw source.Error("whole storages", "a view of one, as PyTorch wrote before 0.4", "save the file again with a later PyTorch");
        }

        var storage = new TorchStorage(key.AsText(), type.Type, count);
        if (storages.TryGetValue(storage.Key, out var known) && known != storage)
        {
            throw source.Error($"one description of storage '{storage.Key}'", "two");
        }

        storages[storage.Key] = storage;
        return new PickleValue(PickleKind.Other, storage);
    }

    private PickleValue OrderedDict(List<PickleValue> pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs)
        {
            if (pair.Content is not List<PickleValue> { Count: 2 } items)
            {
                throw source.Error("pairs of keys and values", $"{pair}");
            }

            Set(dictionary, items[0], items[1]);
        }

        return new PickleValue(PickleKind.Dict, dictionary);
    }

    private PickleValue TorchTensor(TorchStorage storage, ElementType? type, PickleValue offset, PickleValue shape, PickleValue strides)
    {
        if (type is null || (storage.Type is not null && storage.Type != type) || offset.Content is not long first)
        {
            throw source.Error("a tensor of its storage's type", $"another in {storage}");
        }

        var tensor = new PickleValue(PickleKind.Tensor, new PendingTensor(storage, type.Value, first, Numbers(shape), Numbers(strides)));
        pending.Add(tensor);
        return tensor;
    }

    private TensorData Array(NumpyDtype dtype, long[] shape, bool fortran, PickleValue content)
    {
        var data = content.Content switch
        {
            ByteSource bytes => bytes,
            EncodedText text => text.EncodeLatin1(budget),
            _ => throw source.Error("the bytes of an array", $"{content}"),
        };
        var type = NpyType.Parse(dtype.Text);
        if (type.Other is { } other)
        {
            throw source.Error("elements of a numeric type of at most 64 bits", other, Advice.Tensors);
        }

        var header = new NpyHeader(type, fortran, shape, 0);
        NpyReader.CheckLength(header, data.Length, source);
        return NpyReader.Tensor(header, data, budget);
    }

    private long[] Numbers(PickleValue value)
    {
        if (value.Content is not List<PickleValue> items || items.Count > NpyHeader.MaxRank)
        {
            throw source.Error($"at most {NpyHeader.MaxRank} extents", $"{value}");
        }

        return
        [
            .. items.Select(item =>
                item.Content is long and >= 0 ? (long)item.Content : throw source.Error("extents that are not negative", $"{item}")
            ),
        ];
    }

    private static bool IsLatin1(PickleValue encoding) => encoding.Kind == PickleKind.Text && encoding.AsText() is "latin1" or "latin-1";
}
