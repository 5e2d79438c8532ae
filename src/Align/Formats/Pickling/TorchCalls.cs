using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>Does what a pickle asks of PyTorch: tensors of all its versions, parameters, storages.</summary>
internal sealed class TorchCalls(ByteSource source)
{
    private readonly List<PickleValue> pending = [];
    private readonly Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);

    /// <summary>The tensors that wait for their storages.</summary>
    public IReadOnlyList<PickleValue> Pending => pending;

    /// <summary>The storages that the pickle names, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => storages;

    /// <summary>What a function gives; null where it is none of PyTorch's, or its arguments are others.</summary>
    public PickleValue? Call(PickleGlobal function, List<PickleValue> arguments) =>
        (function.Function, arguments) switch
        {
            (PickleFunction.TorchSize, [{ Kind: PickleKind.Tuple or PickleKind.List } shape]) => shape,
            (PickleFunction.TorchDevice, [{ Kind: PickleKind.Text } device]) => device,
            (PickleFunction.TorchDevice, [{ Kind: PickleKind.Text } device, { Kind: PickleKind.Int }]) => device,
            (PickleFunction.TorchLayout, [{ Kind: PickleKind.Text }]) => Described.Value("layout of a tensor"),

            (PickleFunction.TorchTensorOld, [var storage, var offset, var shape, var strides]) => Tensor(storage, offset, shape, strides),
            (PickleFunction.TorchTensor, [var storage, var offset, var shape, var strides, { Kind: PickleKind.Bool }, var hooks])
                when IsEmpty(hooks) => Tensor(storage, offset, shape, strides),
            (PickleFunction.TorchTensor, [var storage, var offset, var shape, var strides, { Kind: PickleKind.Bool }, var hooks, var more])
                when IsEmpty(hooks) => Tensor(storage, offset, shape, strides, null, IsNegative(more)),
            (
                PickleFunction.TorchTensorOfType,
                [
                    var storage,
                    var offset,
                    var shape,
                    var strides,
                    { Kind: PickleKind.Bool },
                    var hooks,
                    { Content: PickleGlobal { Function: PickleFunction.TorchType } type },
                    .. var more,
                ]
            ) when IsEmpty(hooks) && more.Count <= 1 => Tensor(
                storage,
                offset,
                shape,
                strides,
                type,
                more.Count == 1 && IsNegative(more[0])
            ),
            (
                PickleFunction.TorchTensorOfClass,
                [
                    { Content: PickleGlobal { Function: not PickleFunction.TorchTensorOfClass } make },
                    { Content: PickleGlobal { Function: PickleFunction.TorchTensorClass or PickleFunction.TorchParameterClass } },
                    { Content: List<PickleValue> inner },
                    { Kind: PickleKind.Dict or PickleKind.None or PickleKind.Tuple },
                ]
            ) => Call(make, inner),
            (
                PickleFunction.TorchTensorOfArray,
                [
                    { Content: TensorData array } value,
                    { Content: PickleGlobal { Function: PickleFunction.TorchType } type },
                    _,
                    { Kind: PickleKind.Bool },
                ]
            ) => array.Type == type.Type ? value : new(PickleKind.Tensor, new UnreadTensor("another device's", array.Count)),
            (PickleFunction.TorchTensorUnread, _) => new(PickleKind.Tensor, new UnreadTensor(function.Unread!, 1)),

            (PickleFunction.TorchParameter, [{ Kind: PickleKind.Tensor } tensor, { Kind: PickleKind.Bool }, var hooks])
                when IsEmpty(hooks) => tensor,
            (PickleFunction.TorchParameterWithState, [{ Kind: PickleKind.Tensor } tensor, { Kind: PickleKind.Bool }, var hooks, _])
                when IsEmpty(hooks) => tensor,
            (PickleFunction.TorchParameterClass, [{ Kind: PickleKind.Tensor } tensor]) => tensor,
            (PickleFunction.TorchParameterClass, [{ Kind: PickleKind.Tensor } tensor, { Kind: PickleKind.Bool }]) => tensor,
            (PickleFunction.TorchParameterClass or PickleFunction.TorchTensorClass, []) => new(PickleKind.Tensor, null),
            _ => null,
        };

    /// <summary>Gives a tensor its state, as PyTorch before 0.4 wrote it.</summary>
    /// <returns>Whether it was one.</returns>
    public bool Build(PickleValue instance, PickleValue state)
    {
        switch (instance, state.Content)
        {
            case (
                { Kind: PickleKind.Tensor, Content: null },
                List<PickleValue>
                    and [{ Content: TorchStorage or TorchStorageView } storage, var offset, var shape, var strides]
            ):
                Become(instance, Tensor(storage, offset, shape, strides));
                return true;

            // A variable: its tensor, its gradient, hooks, whether it needs a gradient, whether it is volatile.
            case (
                { Kind: PickleKind.Tensor, Content: null },
                List<PickleValue>
                    and [
                        { Kind: PickleKind.Tensor, Content: not null } tensor,
                        _,
                        var hooks,
                        { Kind: PickleKind.Bool },
                        { Kind: PickleKind.Bool },
                    ]
            ) when IsEmpty(hooks):
                Become(instance, tensor);
                return true;
            case (
                { Kind: PickleKind.Tensor, Content: not null },
                List<PickleValue>
                    and [{ Kind: PickleKind.Bool }, { Kind: PickleKind.Bool }, var hooks]
            ) when IsEmpty(hooks):
                return true;
            default:
                return false;
        }
    }

    /// <summary>The storage that a persistent id names.</summary>
    public PickleValue Storage(PickleValue id)
    {
        if (
            id.Content is not List<PickleValue> { Count: 5 or 6 } parts
            || parts
                is not [
                    { Kind: PickleKind.Text } tag,
                    { Content: PickleGlobal { Function: PickleFunction.TorchStorage } type },
                    { Kind: PickleKind.Text } key,
                    { Kind: PickleKind.Text },
                    { Content: long and >= 0 and var count },
                    ..,
                ]
            || tag.AsText() != "storage"
        )
        {
            throw source.Error("the id of a PyTorch storage", $"{id}");
        }

        var storage = new TorchStorage(key.AsText(), type.Type, (long)count, type.Unread, type.Size);
        if (storages.TryGetValue(storage.Key, out var known) && known != storage)
        {
            throw source.Error($"one description of storage '{storage.Key}'", "two");
        }

        storages[storage.Key] = storage;
        return new(PickleKind.Other, parts.Count == 6 && parts[5].Kind != PickleKind.None ? View(storage, parts[5]) : storage);
    }

    private TorchStorageView View(TorchStorage storage, PickleValue description) =>
        description.Content
            is List<PickleValue>
                and [_, { Content: long and >= 0 and var offset }, { Content: long and >= 0 and var count }]
        && (long)offset <= storage.Count
        && (long)count <= storage.Count - (long)offset
            ? new(storage, (long)offset, (long)count)
            : throw source.Error($"a part of {storage}, which has {storage.Count} elements", $"{description}");

    private PickleValue? Tensor(
        PickleValue from,
        PickleValue offset,
        PickleValue shape,
        PickleValue strides,
        PickleGlobal? type = null,
        bool negative = false
    )
    {
        var view = from.Content switch
        {
            TorchStorage whole => new TorchStorageView(whole, 0, whole.Count),
            TorchStorageView part => part,
            _ => null,
        };
        if (view is null)
        {
            return null;
        }

        if ((type?.Unread ?? view.Storage.Unread) is { } unread)
        {
            return new(PickleKind.Tensor, new UnreadTensor(unread, Extents.Count(Extents.Of(shape, source), source)));
        }

        var element = type?.Type ?? view.Storage.Type;
        if (element is null || (view.Storage.Type is not null && view.Storage.Type != element) || offset.Content is not long first)
        {
            throw source.Error("a tensor of its storage's type", $"another in {view.Storage}");
        }

        var tensor = new PickleValue(
            PickleKind.Tensor,
            new PendingTensor(view, element.Value, first, Extents.Of(shape, source), Extents.Of(strides, source), negative)
        );
        pending.Add(tensor);
        return tensor;
    }

    /// <summary>What a tensor's metadata say of its sign, which is all that they can say of a real one.</summary>
    private bool IsNegative(PickleValue metadata)
    {
        if (metadata.Kind == PickleKind.None)
        {
            return false;
        }

        var negative = false;
        foreach (var (key, value) in metadata.Kind == PickleKind.Dict ? metadata.AsDict() : throw Unknown($"{metadata}"))
        {
            negative = (key.Content is EncodedText or string ? key.AsText() : "", value.Content) switch
            {
                ("neg", bool sign) => sign,
                ("conj", bool) => negative,
                _ => throw Unknown($"{key}: {value}"),
            };
        }

        return negative;
    }

    private AlignException Unknown(string found) =>
        source.Error("a tensor's metadata of signs alone", found, "save a copy of the tensor (tensor.clone()), as a state_dict");

    // The tensors of a variable and of its data are resolved each for itself.
    private void Become(PickleValue instance, PickleValue? tensor)
    {
        instance.Content = tensor!.Content;
        if (instance.Content is PendingTensor)
        {
            pending.Add(instance);
        }
    }

    private static bool IsEmpty(PickleValue hooks) =>
        hooks.Kind == PickleKind.None || (hooks.Kind == PickleKind.Dict && hooks.AsDict().Count == 0);
}
