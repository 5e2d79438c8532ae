using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Align.Tensors;

/// <summary>Passes tensors between TorchSharp and <see cref="TensorData"/>.</summary>
public static class TorchTensors
{
    private static readonly ImmutableArray<(ElementType Type, ScalarType Torch)> Types =
    [
        (ElementType.Bool, ScalarType.Bool),
        (ElementType.UInt8, ScalarType.Byte),
        (ElementType.Int8, ScalarType.Int8),
        (ElementType.Int16, ScalarType.Int16),
        (ElementType.Int32, ScalarType.Int32),
        (ElementType.Int64, ScalarType.Int64),
        (ElementType.Float16, ScalarType.Float16),
        (ElementType.BFloat16, ScalarType.BFloat16),
        (ElementType.Float32, ScalarType.Float32),
        (ElementType.Float64, ScalarType.Float64),
    ];

    /// <summary>Copies a tensor of any device and layout to plain bytes in C order.</summary>
    /// <exception cref="AlignException">The element type has no counterpart.</exception>
    public static TensorData ToData(this Tensor tensor)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var host = tensor.detach().cpu().contiguous();
        var bytes = GC.AllocateUninitializedArray<byte>(host.bytes.Length);
        host.bytes.CopyTo(bytes);
        GC.KeepAlive(host);
        return new(ElementTypeOf(tensor), tensor.shape, bytes);
    }

    /// <summary>
    /// Reads a tensor where it is: without a copy if it is contiguous on the CPU, else from one. Valid while the tensor is neither changed
    /// nor disposed, whose owner must hold it as long: a span over the elements does not. Reading the elements of a tensor that was
    /// disposed is an <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <exception cref="AlignException">The element type has no counterpart.</exception>
    public static TensorData AsData(this Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.is_contiguous() && tensor.numel() > 0
            ? new(ElementTypeOf(tensor), tensor.shape, new ElementMemory(tensor).Memory)
            : tensor.ToData();

    /// <summary>Copies tensors, several at a time, in their order.</summary>
    /// <exception cref="AlignException">As for a single one.</exception>
    public static NamedTensors ToData(this IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var copies = new NamedTensors();
        foreach (var (name, copy) in InOrder.Select([.. tensors], pair => (pair.Key, pair.Value.ToData())))
        {
            copies.Add(name, copy);
        }

        return copies;
    }

    /// <summary>Copies a module's parameters and buffers, by the names of its state_dict.</summary>
    public static NamedTensors State(nn.Module module) => module.state_dict().ToData();

    /// <summary>Copies the gradients of a module's parameters; those that have none are left out.</summary>
    public static NamedTensors Gradients(nn.Module module)
    {
        var tensors = new NamedTensors();
        foreach (var (name, parameter) in module.named_parameters())
        {
            using var gradient = parameter.grad;
            if (gradient is not null)
            {
                tensors.Add(name, gradient.ToData());
            }
        }

        return tensors;
    }

    /// <summary>Makes a torch tensor of the same type, shape and values.</summary>
    /// <exception cref="AlignException">TorchSharp has no such element type.</exception>
    public static Tensor ToTorch(this TensorData data, Device? device = null)
    {
        var torchType = Types.FirstOrDefault(pair => pair.Type == data.Type, (data.Type, (ScalarType)(-1))).Item2;
        if ((int)torchType < 0)
        {
            throw new AlignException($"TorchSharp has no element type {data.Type.Name()}; convert the tensor to another one first");
        }

        var tensor = empty(data.Shape.AsSpan(), torchType);
        data.Bytes.Span.CopyTo(tensor.bytes);
        if (device is null || device.type == DeviceType.CPU)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.to(device);
        }
    }

    /// <summary>Copies values into an existing tensor, which keeps its device and layout.</summary>
    /// <param name="data">The values.</param>
    /// <param name="name">The tensor's name, for the message.</param>
    /// <param name="destination">The tensor to overwrite.</param>
    /// <exception cref="AlignException">Shape or element type differ; nothing was written.</exception>
    public static void CopyTo(this TensorData data, string name, Tensor destination)
    {
        if (!data.Shape.AsSpan().SequenceEqual(destination.shape) || data.Type != ElementTypeOf(destination))
        {
            throw new AlignException(
                $"tensor '{name}': expected {ElementTypeOf(destination).Name()} of shape {ShapeText(destination.shape)}, found {data}"
            );
        }

        using var noGrad = no_grad();
        if (destination.device_type == DeviceType.CPU && destination.is_contiguous())
        {
            data.Bytes.Span.CopyTo(destination.bytes);
            // A span does not keep the tensor whose memory it is.
            GC.KeepAlive(destination);
            return;
        }

        using var source = data.ToTorch();
        destination.copy_(source);
    }

    /// <summary>The element type that a tensor's type stands for.</summary>
    /// <exception cref="AlignException">It has no counterpart.</exception>
    public static ElementType ElementTypeOf(Tensor tensor)
    {
        foreach (var (type, torchType) in Types)
        {
            if (torchType == tensor.dtype)
            {
                return type;
            }
        }

        throw new AlignException($"tensors of torch type {tensor.dtype} cannot be compared or stored");
    }

    private static string ShapeText(long[] shape) => shape.Length == 0 ? "scalar" : string.Join('x', shape);
}
