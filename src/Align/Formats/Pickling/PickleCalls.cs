using System.Numerics;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// Does what a pickle asks of the functions on the list. Arguments that the real functions would not get are refused, the last ones too:
/// one that is passed over could have changed the values.
/// </summary>
internal sealed class PickleCalls(ByteSource source, AllocationBudget budget)
{
    private readonly TorchCalls torch = new(source);
    private readonly NumpyCalls numpy = new(source, budget);

    /// <summary>The tensors that wait for their storages.</summary>
    public IReadOnlyList<PickleValue> Pending => torch.Pending;

    /// <summary>The storages that the pickle names, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => torch.Storages;

    /// <summary>The error of a name that is not on the list.</summary>
    public AlignException Refuse(string name) =>
        source.Error(
            "only tensors, arrays, lists, dicts and numbers",
            $"the name '{(name.Length <= 100 ? name : name[..100] + "...")}', which is refused since using it could run a program",
            "nothing of it was run; if you trust the file, save its tensors alone, as a state_dict"
        );

    public void Set(PickleDictionary dictionary, PickleValue key, PickleValue value)
    {
        if (PickleKey.Of(key) is null)
        {
            throw source.Error("a string or number as key of a dict", $"{key}", Advice.Tensors);
        }

        dictionary.Set(key, value);
    }

    public PickleValue Call(PickleGlobal function, List<PickleValue> arguments) =>
        Python(function.Function, arguments)
        ?? torch.Call(function, arguments)
        ?? numpy.Call(function.Function, arguments)
        ?? throw source.Error(
            "a call that PyTorch or NumPy writes",
            $"'{function.Name}' with {arguments.Count} other arguments",
            Advice.Tensors
        );

    /// <summary>Makes an object of a class as Python's object protocol does; null where it is none that is made so.</summary>
    public PickleValue? New(PickleGlobal type, List<PickleValue> arguments) =>
        type.Function is PickleFunction.TorchParameterClass or PickleFunction.TorchTensorClass ? Call(type, arguments) : null;

    /// <summary>Gives an object its state.</summary>
    public void Build(PickleValue instance, PickleValue state)
    {
        if (torch.Build(instance, state) || numpy.Build(instance, state))
        {
            return;
        }

        // A module's state_dict carries the versions of its modules as attributes, which nothing here needs.
        if (instance.Kind != PickleKind.Dict || state.Kind != PickleKind.Dict)
        {
            throw source.Error("the state of an array, a dtype or a dict", $"{state} for {instance}", Advice.Tensors);
        }
    }

    /// <summary>The storage that a persistent id of PyTorch names.</summary>
    public PickleValue Storage(PickleValue id) => torch.Storage(id);

    private PickleValue? Python(PickleFunction function, List<PickleValue> arguments) =>
        (function, arguments) switch
        {
            (PickleFunction.OrderedDict or PickleFunction.Counter, []) => Dict(),
            (PickleFunction.OrderedDict, [{ Content: List<PickleValue> pairs }]) => OrderedDict(pairs),
            (PickleFunction.Counter, [{ Kind: PickleKind.Dict } counts]) => counts,
            (PickleFunction.DefaultDict, [{ Content: PickleGlobal { Function: PickleFunction.PlainType } } or { Kind: PickleKind.None }]) =>
                Dict(),
            (PickleFunction.Deque, []) => PickleValue.List(),
            (PickleFunction.Deque, [{ Kind: PickleKind.List or PickleKind.Tuple } items]) => PickleValue.List(items.AsList()),
            (PickleFunction.Deque, [{ Kind: PickleKind.List or PickleKind.Tuple } items, { Kind: PickleKind.Int or PickleKind.None }]) =>
                PickleValue.List(items.AsList()),
            (PickleFunction.Set, []) => new(PickleKind.Set, new List<PickleValue>()),
            (PickleFunction.Set, [{ Kind: PickleKind.List or PickleKind.Tuple } items]) => new(PickleKind.Set, items.AsList().ToList()),
            (PickleFunction.Complex, [{ Content: double or long or BigInteger }, { Content: double or long or BigInteger }]) =>
                Described.Value("complex number"),
            (PickleFunction.ByteArray or PickleFunction.EmptyBytes, []) => new(PickleKind.Bytes, new ByteSource(default, source.Label)),
            (PickleFunction.ByteArray, [{ Kind: PickleKind.Bytes } bytes]) => bytes,
            (PickleFunction.Encode or PickleFunction.ByteArray, [{ Content: EncodedText text }, var encoding]) when IsLatin1(encoding) =>
                new(PickleKind.Bytes, text.EncodeLatin1(budget)),
            _ => null,
        };

    private static PickleValue Dict() => new(PickleKind.Dict, new PickleDictionary());

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

    private static bool IsLatin1(PickleValue encoding) => encoding.Kind == PickleKind.Text && encoding.AsText() is "latin1" or "latin-1";
}
