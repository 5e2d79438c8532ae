using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PPYolo.Align.Tensors;

/// <summary>Gives floating-point tensors another precision.</summary>
public static class ElementConversion
{
    // A block of float64 in the processor's cache.
    private const int Block = 4096;

    /// <summary>
    /// The tensor in another floating-point type, rounded to nearest, ties to even; bfloat16 by way of float32, as PyTorch does. The tensor
    /// itself where it has that type.
    /// </summary>
    /// <exception cref="ArgumentException">Either type is none of floating-point numbers.</exception>
    public static TensorData To(this TensorData tensor, ElementType type)
    {
        if (!tensor.Type.IsFloatingPoint() || !type.IsFloatingPoint())
        {
            throw new ArgumentException($"no conversion of {tensor.Type.Name()} to {type.Name()}", nameof(type));
        }

        if (tensor.Type == type)
        {
            return tensor;
        }

        var bytes = new byte[checked((int)(tensor.Count * type.Size()))];
        Span<double> wide = new double[(int)Math.Min(tensor.Count, Block)];
        Span<float> single = new float[wide.Length];
        for (var start = 0L; start < tensor.Count; start += Block)
        {
            var values = wide[..(int)Math.Min(Block, tensor.Count - start)];
            var singles = single[..values.Length];
            Widening.ToDouble(tensor, start, values);
            var target = bytes.AsSpan((int)(start * type.Size()), values.Length * type.Size());
            switch (type)
            {
                case ElementType.Float64:
                    values.CopyTo(MemoryMarshal.Cast<byte, double>(target));
                    break;
                case ElementType.Float32:
                    TensorPrimitives.ConvertTruncating<double, float>(values, MemoryMarshal.Cast<byte, float>(target));
                    break;
                case ElementType.Float16:
                    TensorPrimitives.ConvertTruncating<double, Half>(values, MemoryMarshal.Cast<byte, Half>(target));
                    break;
                default:
                    TensorPrimitives.ConvertTruncating<double, float>(values, singles);
                    UpperHalves(singles, MemoryMarshal.Cast<byte, ushort>(target));
                    break;
            }
        }

        return new(type, tensor.Shape.AsSpan(), bytes);
    }

    /// <summary>The same tensors, of which the floating-point ones are of a type.</summary>
    /// <param name="tensors">The tensors; those that stay lie in the files that these own.</param>
    /// <param name="type">The type.</param>
    /// <param name="converted">The names of those that are new.</param>
    public static NamedTensors WithFloats(this NamedTensors tensors, ElementType type, out IReadOnlyList<string> converted)
    {
        var result = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            result.Add(name, tensor.Type.IsFloatingPoint() ? tensor.To(type) : tensor);
        }

        converted = [.. tensors.Where(pair => !ReferenceEquals(pair.Value, result[pair.Key])).Select(pair => pair.Key)];
        return result;
    }

    private static void UpperHalves(ReadOnlySpan<float> values, Span<ushort> target)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);

            // A carry out of the lower half rounds up; a NaN must stay one.
            target[i] = (ushort)(float.IsNaN(values[i]) ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
    }
}
