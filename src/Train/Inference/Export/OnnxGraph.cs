using Google.Protobuf;
using Onnx;
using PPYolo.Align.Tensors;
using TorchSharp;

namespace PPYolo.Train.Inference.Export;

/// <summary>
/// A graph that is being written. Operations are added in order, each with the name that its result shall have; a name that is taken gets a
/// number.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly GraphProto graph;

    public OnnxGraph(string name) => graph = new() { Name = name };

    /// <summary>The graph so far.</summary>
    public GraphProto Proto => graph;

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="extents">The extent of each axis, or its name where it may be any.</param>
    public string Input(string name, params ReadOnlySpan<Extent> extents)
    {
        taken.Add(name);
        graph.Input.Add(Floats(name, extents));
        return name;
    }

    /// <summary>Makes a value an output. It must have been added with its final name.</summary>
    public void Output(string name, params ReadOnlySpan<Extent> extents) => graph.Output.Add(Floats(name, extents));

    /// <summary>Adds an operation with one result.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="name">The result's name.</param>
    /// <param name="inputs">Its inputs; one that is left out is empty.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The result's name.</returns>
    public string Add(string type, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        Node(type, [Free(name)], inputs, attributes)[0];

    /// <summary>Cuts a value into parts along an axis.</summary>
    /// <returns>The names of the parts.</returns>
    public IReadOnlyList<string> Split(string input, string name, int axis, params ReadOnlySpan<long> extents)
    {
        var parts = new string[extents.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Free(name);
        }

        return Node("Split", parts, [input, Integers(extents)], [Attribute("axis", axis)]);
    }

    /// <summary>Gives a value another shape; 0 keeps an extent, -1 is what is left.</summary>
    public string Reshape(string input, string name, params ReadOnlySpan<long> shape) => Add("Reshape", name, [input, Integers(shape)]);

    /// <summary>Adds a weight under its key.</summary>
    public string Weight(string key, torch.Tensor weight)
    {
        var data = weight.ToData();
        return Initializer(key, TensorProto.Types.DataType.Float, data.Shape.AsSpan(), data.Bytes);
    }

    /// <summary>A constant number; equal ones are one value.</summary>
    public string Number(float value) =>
        Constant(FormattableString.Invariant($"const/{value:R}"), TensorProto.Types.DataType.Float, [], BitConverter.GetBytes(value));

    /// <summary>Constant numbers of a shape.</summary>
    public string Numbers(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var data = TensorData.Of(values, shape);
        var name = string.Join(
            '_',
            values.ToArray().Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))
        );
        return Constant($"const/{name}:{data.ShapeText}", TensorProto.Types.DataType.Float, shape, data.Bytes);
    }

    /// <summary>Constant integers; equal ones are one value.</summary>
    public string Integers(params ReadOnlySpan<long> values)
    {
        var name = string.Join('_', values.ToArray());
        return Constant($"shape/{name}", TensorProto.Types.DataType.Int64, [values.Length], TensorData.Of(values, values.Length).Bytes);
    }

    /// <summary>A constant integer without an axis.</summary>
    public string Integer(long value) =>
        Constant(FormattableString.Invariant($"const/int{value}"), TensorProto.Types.DataType.Int64, [], BitConverter.GetBytes(value));

    public static AttributeProto Attribute(string name, long value) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Int,
            I = value,
        };

    public static AttributeProto Attribute(string name, float value) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.Float,
            F = value,
        };

    public static AttributeProto Attribute(string name, string value) =>
        new()
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.String,
            S = ByteString.CopyFromUtf8(value),
        };

    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    private string[] Node(string type, string[] results, ReadOnlySpan<string> inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = results[0] };
        node.Input.AddRange(inputs.ToArray());
        node.Output.AddRange(results);
        node.Attribute.AddRange(attributes.ToArray());
        graph.Node.Add(node);
        return results;
    }

    private string Constant(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes) =>
        taken.Contains(name) ? name : Initializer(name, type, shape, bytes);

    private string Initializer(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        if (!taken.Add(name))
        {
            throw new InvalidOperationException($"'{name}' is in the graph already");
        }

        // Shared and not copied: nobody changes it before the graph is written.
        var initializer = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            RawData = UnsafeByteOperations.UnsafeWrap(bytes),
        };
        initializer.Dims.AddRange(shape.ToArray());
        graph.Initializer.Add(initializer);
        return name;
    }

    private string Free(string name)
    {
        var free = name;
        for (var number = 1; !taken.Add(free); number++)
        {
            free = FormattableString.Invariant($"{name}_{number}");
        }

        return free;
    }

    private static ValueInfoProto Floats(string name, ReadOnlySpan<Extent> extents)
    {
        var shape = new TensorShapeProto();
        foreach (var extent in extents)
        {
            var dimension = new TensorShapeProto.Types.Dimension();
            if (extent.Name is null)
            {
                dimension.DimValue = extent.Value;
            }
            else
            {
                dimension.DimParam = extent.Name;
            }

            shape.Dim.Add(dimension);
        }

        return new()
        {
            Name = name,
            Type = new()
            {
                TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape },
            },
        };
    }
}
