using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Torch;

/// <summary>Changes the sign of a tensor's elements: what PyTorch puts off by a bit in a tensor's metadata.</summary>
internal static class Negation
{
    /// <summary>The tensor with the other sign, in memory of its own.</summary>
    public static TensorData Of(TensorData tensor, AllocationBudget budget, ByteSource source)
    {
        var bytes = budget.Allocate(tensor.Bytes.Length, source);
        var from = tensor.Bytes.Span;
        switch (tensor.Type)
        {
            case ElementType.Float16:
                Negate<Half>(from, bytes);
                break;

            // A sign is a bit of its own.
            case ElementType.BFloat16:
                TensorPrimitives.Xor(
                    MemoryMarshal.Cast<byte, ushort>(from),
                    (ushort)0x8000,
                    MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())
                );
                break;
            case ElementType.Float32:
                Negate<float>(from, bytes);
                break;
            case ElementType.Float64:
                Negate<double>(from, bytes);
                break;
            case ElementType.UInt8 or ElementType.Int8:
                Negate<sbyte>(from, bytes);
                break;
            case ElementType.UInt16 or ElementType.Int16:
                Negate<short>(from, bytes);
                break;
            case ElementType.UInt32 or ElementType.Int32:
                Negate<int>(from, bytes);
                break;
            case ElementType.UInt64 or ElementType.Int64:
                Negate<long>(from, bytes);
                break;
            default:
                throw source.Error("numbers, which have a sign", tensor.Type.Name());
        }

        return new(tensor.Type, tensor.Shape.AsSpan(), bytes);
    }

    private static void Negate<T>(ReadOnlySpan<byte> from, byte[] to)
        where T : unmanaged, IUnaryNegationOperators<T, T> =>
        TensorPrimitives.Negate(MemoryMarshal.Cast<byte, T>(from), MemoryMarshal.Cast<byte, T>(to.AsSpan()));
}
