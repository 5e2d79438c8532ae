using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>The interpreter's stack with its marks, and the bound on what may be made.</summary>
internal sealed class PickleStack(ByteSource source)
{
    // A checkpoint makes about thirty values for a tensor, so that this is enough for a hundred thousand tensors; a file of one-byte
    // opcodes for new dicts would otherwise make a hundred times its size in memory.
    private const int MaxValues = 1 << 22;

    private readonly List<PickleValue> values = [];
    private readonly List<int> marks = [];
    private long made;

    /// <summary>Counts values that an opcode makes or copies.</summary>
    public void Charge(long count)
    {
        made += count;
        if (made > MaxValues)
        {
            throw source.Error($"a pickle of at most {MaxValues} values", "more", "store only tensors and the optimizer's state in it");
        }
    }

    public void Push(PickleValue value)
    {
        Charge(1);
        values.Add(value);
    }

    public PickleValue Pop()
    {
        var value = Top;
        values.RemoveAt(values.Count - 1);
        return value;
    }

    public PickleValue Top =>
        values.Count > (marks.Count == 0 ? 0 : marks[^1]) ? values[^1] : throw source.Error("a value on the pickle's stack", "none");

    public void Mark()
    {
        Charge(1);
        marks.Add(values.Count);
    }

    /// <summary>Takes all values since the last mark, and the mark.</summary>
    public List<PickleValue> PopToMark()
    {
        if (marks.Count == 0)
        {
            throw source.Error("a mark on the pickle's stack", "none");
        }

        var mark = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        return PopMany(values.Count - mark);
    }

    public List<PickleValue> PopMany(int count)
    {
        if (count > values.Count - (marks.Count == 0 ? 0 : marks[^1]))
        {
            throw source.Error($"{count} values on the pickle's stack", "fewer");
        }

        var items = values.GetRange(values.Count - count, count);
        values.RemoveRange(values.Count - count, count);
        return items;
    }

    /// <summary>The one value that a pickle leaves behind.</summary>
    public PickleValue Result() =>
        marks.Count == 0 && values.Count == 1 ? values[0] : throw source.Error("one value at the pickle's end", $"{values.Count}");
}
