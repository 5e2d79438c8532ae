using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// Writes a pickle of protocol 2 with only what PyTorch's weights_only reader allows. Tensors become views of storages, which the caller
/// writes elsewhere.
/// </summary>
internal sealed class PickleWriter
{
    // Optimizer states are four levels deep; a tree that contains itself would have no end.
    private const int MaxDepth = 64;

    private readonly MemoryStream stream = new();
    private readonly List<TensorData> storages = [];

    /// <summary>The tensors in the order of their storages' keys: 0, 1, 2 and so on.</summary>
    public IReadOnlyList<TensorData> Storages => storages;

    /// <summary>Begins the pickle.</summary>
    public void Begin() => stream.Write([0x80, 2]);

    /// <summary>Ends the pickle and gives its bytes.</summary>
    public ReadOnlySpan<byte> End()
    {
        stream.WriteByte((byte)'.');
        return stream.GetBuffer().AsSpan(0, (int)stream.Length);
    }

    /// <summary>An OrderedDict of tensors, which is what a state_dict is.</summary>
    public void Write(NamedTensors tensors)
    {
        Global("collections", "OrderedDict");
        stream.Write(")R("u8);
        foreach (var (name, tensor) in tensors)
        {
            Text(name);
            Tensor(tensor);
        }

        stream.WriteByte((byte)'u');
    }

    /// <summary>A dict of what the action writes: keys and values in turn.</summary>
    public void Dict(Action entries)
    {
        stream.Write("}("u8);
        entries();
        stream.WriteByte((byte)'u');
    }

    /// <summary>A string.</summary>
    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        stream.WriteByte((byte)'X');
        Int32(bytes.Length);
        stream.Write(bytes);
    }

    /// <summary>Any value.</summary>
    /// <exception cref="AlignException">It cannot be written, or is nested too deeply.</exception>
    public void Write(PickleValue value) => Write(value, 0);

    private void Write(PickleValue value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new AlignException($"expected values nested at most {MaxDepth} deep, found more; does a list or dict contain itself?");
        }

        switch (value.Kind)
        {
            case PickleKind.None:
                stream.WriteByte((byte)'N');
                break;
            case PickleKind.Bool:
                stream.WriteByte((byte)(value.AsBool() ? 0x88 : 0x89));
                break;
            case PickleKind.Int:
                Integer(value.Content!);
                break;
            case PickleKind.Float:
                Span<byte> number = stackalloc byte[9];
                number[0] = (byte)'G';
                BinaryPrimitives.WriteDoubleBigEndian(number[1..], value.AsFloat());
                stream.Write(number);
                break;
            case PickleKind.Text:
                Text(value.AsText());
                break;
            case PickleKind.List:
                stream.Write("]("u8);
                WriteAll(value, depth);
                stream.WriteByte((byte)'e');
                break;
            case PickleKind.Tuple:
                stream.WriteByte((byte)'(');
                WriteAll(value, depth);
                stream.WriteByte((byte)'t');
                break;
            case PickleKind.Dict:
                Dict(() =>
                {
                    foreach (var (key, item) in value.AsDict())
                    {
                        Write(key, depth + 1);
                        Write(item, depth + 1);
                    }
                });
                break;
            case PickleKind.Tensor:
                Tensor(value.AsTensor());
                break;
            default:
                throw new AlignException($"expected numbers, strings, tensors, lists and dicts to write, found {value}; leave it out");
        }
    }

    private void WriteAll(PickleValue list, int depth)
    {
        foreach (var item in list.AsList())
        {
            Write(item, depth + 1);
        }
    }

    private void Integer(object value)
    {
        if (value is long and >= int.MinValue and <= int.MaxValue)
        {
            stream.WriteByte((byte)'J');
            Int32((int)(long)value);
            return;
        }

        var bytes = (value is BigInteger big ? big : (long)value).ToByteArray();
        stream.WriteByte(0x8a);
        stream.WriteByte((byte)bytes.Length);
        stream.Write(bytes);
    }

    // torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks), and for types that have no storage of
    // their own _rebuild_tensor_v3, which takes the dtype after these.
    private void Tensor(TensorData tensor)
    {
        var typed = TorchNames.Storages.TryGetValue(tensor.Type, out var storage);
        Global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        stream.Write("(("u8);
        Text("storage");
        Global(typed ? "torch" : "torch.storage", storage ?? "UntypedStorage");
        Text(storages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("cpu");
        Integer(typed ? tensor.Count : tensor.Bytes.Length);
        stream.Write("tQ"u8);
        storages.Add(tensor);

        Integer(0L);
        Extents(tensor.Shape.AsSpan());
        Extents(Strides(tensor.Shape.AsSpan()));
        stream.WriteByte(0x89);
        Global("collections", "OrderedDict");
        stream.Write(")R"u8);
        if (!typed)
        {
            Global("torch", tensor.Type.Name());
        }

        stream.Write("tR"u8);
    }

    private void Extents(ReadOnlySpan<long> extents)
    {
        stream.WriteByte((byte)'(');
        foreach (var extent in extents)
        {
            Integer(extent);
        }

        stream.WriteByte((byte)'t');
    }

    private static long[] Strides(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = stride;
            stride *= Math.Max(shape[dimension], 1);
        }

        return strides;
    }

    private void Global(string module, string name) => stream.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
