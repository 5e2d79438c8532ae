using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PPYolo.Align.Tensors;

/// <summary>
/// A tensor as plain bytes: element type, shape and the elements in C (row-major) order, little-endian. It does not depend on a tensor
/// library, so that files can be compared without loading one.
/// </summary>
public sealed class TensorData
{
    /// <summary>Wraps bytes without copying them.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The extents; empty for a scalar.</param>
    /// <param name="bytes">The elements in C order, little-endian.</param>
    /// <exception cref="AlignException">The number of bytes is not what type and shape need, or an extent is negative.</exception>
    public TensorData(ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        Type = type;
        Shape = [.. shape];
        Count = CountOf(shape);
        Bytes = bytes;
        if (bytes.Length != Count * type.Size())
        {
            throw new AlignException(
                $"a {type.Name()} tensor of shape {ShapeText} needs {Count * type.Size()} bytes, {bytes.Length} were given"
            );
        }
    }

    /// <summary>The element type.</summary>
    public ElementType Type { get; }

    /// <summary>The extents, outermost first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of elements; 1 for a scalar, 0 where an extent is 0.</summary>
    public long Count { get; }

    /// <summary>The elements in C order, little-endian.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The shape as the reference's listings write it: 64x3x7x7, or scalar.</summary>
    public string ShapeText => Shape.Length == 0 ? "scalar" : string.Join('x', Shape);

    /// <summary>Copies managed elements into a new tensor.</summary>
    public static TensorData Of<T>(ReadOnlySpan<T> elements, params ReadOnlySpan<long> shape)
        where T : unmanaged => new(ElementTypes.Of<T>(), shape, MemoryMarshal.AsBytes(elements).ToArray());

    /// <summary>A tensor of no dimensions.</summary>
    public static TensorData Scalar<T>(T value)
        where T : unmanaged => Of<T>([value]);

    /// <summary>The elements as their managed type, without a copy.</summary>
    /// <exception cref="AlignException">The elements are of another type.</exception>
    public ReadOnlySpan<T> As<T>()
        where T : unmanaged
    {
        if (ElementTypes.Of<T>() != Type)
        {
            throw new AlignException($"expected elements of type {ElementTypes.Of<T>().Name()}, found {Type.Name()}");
        }

        return MemoryMarshal.Cast<byte, T>(Bytes.Span);
    }

    /// <summary>Whether type, shape and every bit are the same.</summary>
    public bool BitwiseEquals(TensorData other) =>
        Type == other.Type && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan()) && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <summary>Type and shape, for messages.</summary>
    public override string ToString() => $"{Type.Name()} {ShapeText}";

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="AlignException">An extent is negative or the product exceeds 2^62.</exception>
    public static long CountOf(ReadOnlySpan<long> shape)
    {
        long count = 1;
        var empty = false;
        foreach (var extent in shape)
        {
            if (extent < 0)
            {
                throw new AlignException($"a tensor's extents are not negative, found {string.Join('x', shape.ToArray())}");
            }

            if (extent == 0)
            {
                empty = true;
            }
            else if (count > (1L << 62) / extent)
            {
                throw new AlignException($"a tensor of shape {string.Join('x', shape.ToArray())} has more elements than can be counted");
            }
            else
            {
                count *= extent;
            }
        }

        return empty ? 0 : count;
    }
}
