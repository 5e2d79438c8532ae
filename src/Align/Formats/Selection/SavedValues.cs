using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Selection;

/// <summary>
/// Looks through saved values. A hostile file's lists and dicts contain themselves and each other, so that steps are counted.
/// </summary>
internal sealed class SavedValues(ByteSource file)
{
    private const int MaxSteps = 1 << 24;

    // A path through a file is written down by people.
    private const int MaxDepth = 32;

    private int steps;

    /// <summary>
    /// The tensor that a value is, else null. Paddle's older files have (name, array) for an array.
    /// </summary>
    public static PickleValue? AsTensor(PickleValue value) =>
        value switch
        {
            { Kind: PickleKind.Tensor } or { Content: TorchStorage or TorchStorageView } => value,
            { Kind: PickleKind.Tuple, Content: List<PickleValue> and [{ Kind: PickleKind.Text }, { Kind: PickleKind.Tensor } array] } =>
                array,
            _ => null,
        };

    /// <summary>The number of a tensor's elements; of one that is not read, 1 or more.</summary>
    public static long Elements(PickleValue tensor) =>
        tensor.Content switch
        {
            TensorData data => data.Count,
            UnreadTensor unread => unread.Count,
            TorchStorage storage => storage.Count,
            TorchStorageView view => view.Count,
            _ => 1,
        };

    /// <summary>Whether a tensor is a number, of no dimensions.</summary>
    public static bool IsNumber(PickleValue tensor) => tensor.Content is TensorData { Shape.Length: 0 };

    /// <summary>The entries of a dict, list or tuple by name; none of anything else.</summary>
    public static IEnumerable<(string Name, PickleValue Value)> Entries(PickleValue value) =>
        value.Kind switch
        {
            PickleKind.Dict => value.AsDict().Select(entry => (EntryNames.Of(entry.Key), entry.Value)),
            PickleKind.List or PickleKind.Tuple or PickleKind.Set => value.AsList().Select((item, index) => ($"{index}", item)),
            _ => [],
        };

    /// <summary>What a value holds, however deep.</summary>
    public Amount Weigh(PickleValue value)
    {
        var seen = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
        var left = new Stack<PickleValue>([value]);
        long tensors = 0,
            elements = 0;
        while (left.TryPop(out var next))
        {
            if (AsTensor(next) is { } tensor)
            {
                Step();
                tensors++;
                elements += Elements(tensor);
            }
            else if (Items(next) is { } items && seen.Add(next))
            {
                foreach (var item in items)
                {
                    Step();
                    left.Push(item);
                }
            }
        }

        return new(tensors, elements);
    }

    /// <summary>All tensors of a value, however deep, and all else that is no None; names are the keys, joined by dots.</summary>
    public IEnumerable<(string Name, PickleValue Value)> Flatten(PickleValue value, string name = "", int depth = 0)
    {
        Step();
        if (AsTensor(value) is { } tensor)
        {
            yield return (name.Length == 0 ? "tensor" : name, tensor);
        }
        else if (Items(value) is null)
        {
            if (value.Kind != PickleKind.None)
            {
                yield return (name, value);
            }
        }
        else if (depth == MaxDepth)
        {
            throw file.Error(
                $"tensors nested at most {MaxDepth} deep",
                "more, or a list or dict that contains itself",
                "choose a part of it with --key"
            );
        }
        else
        {
            foreach (var (key, item) in Entries(value))
            {
                foreach (var below in Flatten(item, name.Length == 0 ? key : $"{name}.{key}", depth + 1))
                {
                    yield return below;
                }
            }
        }
    }

    private static IEnumerable<PickleValue>? Items(PickleValue value) =>
        value.Content switch
        {
            PickleDictionary dictionary => dictionary.Entries.Select(entry => entry.Value),
            List<PickleValue> list => list,
            _ => null,
        };

    private void Step()
    {
        if (++steps > MaxSteps)
        {
            throw file.Error("lists and dicts that can be looked through", "too many within each other", Advice.Tensors);
        }
    }
}
