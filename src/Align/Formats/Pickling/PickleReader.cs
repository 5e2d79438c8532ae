using PPYolo.Align.Formats.Bytes;

// Longer than others: a pickle is a program, and one switch holds all that is allowed of its language.
namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// Interprets a pickle of protocol 2 to 5. A pickle is a program; this runs only what makes plain values, tensors and arrays, by its own
/// means, and refuses everything else by its name. It does not recurse, and what it makes is bounded.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="start">Where the pickle begins.</param>
/// <param name="budget">Bounds the memory of what must be made anew.</param>
internal sealed class PickleReader(ByteSource source, long start, AllocationBudget budget)
{
    private const int MaxProtocol = 5;

    private static readonly byte[] Others = [.. "FSVPdgiop"u8, 0x81, 0x82, 0x83, 0x84, 0x92, 0x97, 0x98];

    private readonly PickleInput input = new(source, start);
    private readonly PickleStack stack = new(source);
    private readonly Dictionary<uint, PickleValue> memo = new(SeededKeys.Instance);
    private readonly PickleCalls calls = new(source, budget);

    /// <summary>The tensors that wait for their storages.</summary>
    public IReadOnlyList<PickleValue> Pending => calls.Pending;

    /// <summary>The storages that the pickle names, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => calls.Storages;

    /// <summary>Where the pickle ended.</summary>
    public long End => input.Position;

    /// <summary>Whether the bytes begin as a pickle of protocol 2 or later does.</summary>
    public static bool Begins(ByteSource source) => source.Length >= 2 && source[0] == 0x80 && source[1] is >= 2 and <= MaxProtocol;

    /// <summary>Interprets the pickle.</summary>
    /// <exception cref="AlignException">It is damaged, or names something that is not allowed.</exception>
    public PickleValue Read()
    {
        if (input.Byte() != 0x80)
        {
            throw source.Error("a pickle of protocol 2 or later", "something else", "save it with pickle protocol 2 or 4");
        }

        var protocol = input.Byte();
        if (protocol is < 2 or > MaxProtocol)
        {
            throw source.Error($"pickle protocol 2 to {MaxProtocol}", $"{protocol}", "save it with pickle protocol 2 or 4");
        }

        for (var opcode = input.Byte(); opcode != '.'; opcode = input.Byte())
        {
            Execute(opcode);
        }

        return stack.Result();
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'N':
                stack.Push(PickleValue.None);
                break;
            case 0x88:
                stack.Push(true);
                break;
            case 0x89:
                stack.Push(false);
                break;
            case (byte)'K':
                stack.Push((long)input.Byte());
                break;
            case (byte)'M':
                stack.Push((long)input.UInt16());
                break;
            case (byte)'J':
                stack.Push((long)input.Int32());
                break;
            case 0x8a:
                stack.Push(input.Integer(input.Byte()));
                break;
            case 0x8b:
                stack.Push(input.Integer(input.Int32()));
                break;
            case (byte)'G':
                stack.Push(input.Float());
                break;

            // Python 2 writes integers of more than 32 bits as text.
            case (byte)'I'
            or (byte)'L':
                stack.Push(input.IntegerInText());
                break;

            case 0x8c:
                PushText(input.Byte(), latin1: false);
                break;
            case (byte)'X':
                PushText(input.UInt32(), latin1: false);
                break;
            case 0x8d:
                PushText(input.Int64(), latin1: false);
                break;
            case (byte)'U':
                PushText(input.Byte(), latin1: true);
                break;
            case (byte)'T':
                PushText(input.Int32(), latin1: true);
                break;
            case (byte)'C':
                PushBytes(input.Byte());
                break;
            case (byte)'B':
                PushBytes(input.UInt32());
                break;
            case 0x8e or 0x96:
                PushBytes(input.Int64());
                break;

            case (byte)'(':
                stack.Mark();
                break;
            case (byte)')':
                PushTuple([]);
                break;
            case 0x85:
                PushTuple(stack.PopMany(1));
                break;
            case 0x86:
                PushTuple(stack.PopMany(2));
                break;
            case 0x87:
                PushTuple(stack.PopMany(3));
                break;
            case (byte)'t':
                PushTuple(stack.PopToMark());
                break;
            case (byte)']':
                stack.Push(new PickleValue(PickleKind.List, new List<PickleValue>()));
                break;
            case (byte)'l':
                stack.Push(new PickleValue(PickleKind.List, stack.PopToMark()));
                break;
            case 0x8f:
                stack.Push(new PickleValue(PickleKind.Set, new List<PickleValue>()));
                break;
            case 0x90:
                AddItems(stack.PopToMark());
                break;
            case 0x91:
                stack.Push(new PickleValue(PickleKind.Set, stack.PopToMark()));
                break;
            case (byte)'}':
                stack.Push(new PickleValue(PickleKind.Dict, new PickleDictionary()));
                break;
            case (byte)'a':
                Append(stack.PopMany(1));
                break;
            case (byte)'e':
                Append(stack.PopToMark());
                break;
            case (byte)'s':
                SetItems(stack.PopMany(2));
                break;
            case (byte)'u':
                SetItems(stack.PopToMark());
                break;
            case (byte)'0':
                stack.Pop();
                break;
            case (byte)'1':
                stack.PopToMark();
                break;
            case (byte)'2':
                stack.Push(stack.Top);
                break;

            case (byte)'q':
                memo[input.Byte()] = stack.Top;
                break;
            case (byte)'r':
                memo[input.UInt32()] = stack.Top;
                break;
            case 0x94:
                memo[(uint)memo.Count] = stack.Top;
                break;
            case (byte)'h':
                Recall(input.Byte());
                break;
            case (byte)'j':
                Recall(input.UInt32());
                break;
            case 0x95:
                CheckFrame(input.Int64());
                break;

            case (byte)'c':
                PushGlobal(input.Line(), input.Line());
                break;
            case 0x93:
                PushGlobal(stack.PopMany(2));
                break;
            case (byte)'R':
                Call(stack.PopMany(2));
                break;
            case 0x81 when stack.PopMany(2) is [{ Content: PickleGlobal type }, { Kind: PickleKind.Tuple } arguments]:
                stack.Push(calls.New(type, (List<PickleValue>)arguments.Content!) ?? throw Opcode(opcode));
                break;
            case (byte)'b':
                Build(stack.Pop());
                break;
            case (byte)'Q':
                stack.Push(calls.Storage(stack.Pop()));
                break;

            default:
                throw Opcode(opcode);
        }
    }

    // Of Python's other opcodes some belong to older protocols, and some to objects; a pickle that has one is not damaged.
    private AlignException Opcode(byte opcode) =>
        source.Error(
            "a pickle of tensors, lists, dicts and numbers",
            $"the opcode 0x{opcode:x2} at {input.Position - 1}",
            Others.Contains(opcode) ? Advice.Tensors : Advice.Damaged
        );

    private void PushText(long length, bool latin1) =>
        stack.Push(new PickleValue(PickleKind.Text, new EncodedText(input.Block(length), latin1)));

    private void PushBytes(long length) => stack.Push(new PickleValue(PickleKind.Bytes, input.Block(length)));

    private void PushTuple(List<PickleValue> items) => stack.Push(new PickleValue(PickleKind.Tuple, items));

    private void Append(List<PickleValue> items)
    {
        if (stack.Top is not { Kind: PickleKind.List, Content: List<PickleValue> list })
        {
            throw source.Error("a list to append to", $"{stack.Top}");
        }

        list.AddRange(items);
    }

    private void AddItems(List<PickleValue> items)
    {
        if (stack.Top is not { Kind: PickleKind.Set, Content: List<PickleValue> set })
        {
            throw source.Error("a set to add to", $"{stack.Top}");
        }

        set.AddRange(items);
    }

    private void SetItems(List<PickleValue> items)
    {
        if (stack.Top.Content is not PickleDictionary dictionary || items.Count % 2 != 0)
        {
            throw source.Error("a dict and pairs of keys and values", $"{stack.Top} and {items.Count} values");
        }

        for (var index = 0; index < items.Count; index += 2)
        {
            calls.Set(dictionary, items[index], items[index + 1]);
        }
    }

    private void Recall(uint index) =>
        stack.Push(memo.TryGetValue(index, out var value) ? value : throw source.Error($"entry {index} in the pickle's memo", "none"));

    private void CheckFrame(long length)
    {
        if (length < 0 || length > source.Length - input.Position)
        {
            throw source.Error($"a frame of {length} bytes", $"only {source.Length - input.Position}");
        }
    }

    private void PushGlobal(List<PickleValue> names) => PushGlobal(names[0].AsText(), names[1].AsText());

    private void PushGlobal(string module, string name) =>
        stack.Push(new PickleValue(PickleKind.Other, PickleGlobal.Find(module, name) ?? throw calls.Refuse($"{module}.{name}")));

    private void Call(List<PickleValue> call)
    {
        if (call[0].Content is not PickleGlobal function || call[1] is not { Kind: PickleKind.Tuple, Content: List<PickleValue> arguments })
        {
            throw source.Error("a function and its arguments", $"{call[0]} and {call[1]}");
        }

        stack.Charge(arguments.Sum(argument => argument.Content is List<PickleValue> list ? list.Count : 0));
        stack.Push(calls.Call(function, arguments));
    }

    private void Build(PickleValue state) => calls.Build(stack.Top, state);
}
