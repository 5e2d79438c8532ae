using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PPYolo.Align.Tensors;

/// <summary>Reads elements of any type as float64. 64-bit integers beyond 2^53 are rounded, as NumPy's astype does.</summary>
internal static class Widening
{
    /// <summary>Converts <paramref name="destination"/>.Length elements from <paramref name="start"/> on.</summary>
    public static void ToDouble(TensorData tensor, long start, Span<double> destination)
    {
        switch (tensor.Type)
        {
            case ElementType.Float32:
                Convert<float>(tensor, start, destination);
                break;
            case ElementType.Float64:
                tensor.As<double>().Slice((int)start, destination.Length).CopyTo(destination);
                break;
            case ElementType.Float16:
                Convert<Half>(tensor, start, destination);
                break;
            case ElementType.BFloat16:
                var raw = MemoryMarshal.Cast<byte, ushort>(tensor.Bytes.Span).Slice((int)start, destination.Length);
                for (var i = 0; i < raw.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)raw[i] << 16);
                }

                break;
            case ElementType.Bool:
            case ElementType.UInt8:
                TensorPrimitives.ConvertTruncating<byte, double>(tensor.Bytes.Span.Slice((int)start, destination.Length), destination);
                break;
            case ElementType.Int8:
                Convert<sbyte>(tensor, start, destination);
                break;
            case ElementType.UInt16:
                Convert<ushort>(tensor, start, destination);
                break;
            case ElementType.Int16:
                Convert<short>(tensor, start, destination);
                break;
            case ElementType.UInt32:
                Convert<uint>(tensor, start, destination);
                break;
            case ElementType.Int32:
                Convert<int>(tensor, start, destination);
                break;
            case ElementType.UInt64:
                Convert<ulong>(tensor, start, destination);
                break;
            case ElementType.Int64:
                Convert<long>(tensor, start, destination);
                break;
            default:
                throw new NotSupportedException($"no conversion of {tensor.Type.Name()} to float64");
        }
    }

    private static void Convert<T>(TensorData tensor, long start, Span<double> destination)
        where T : unmanaged, System.Numerics.INumberBase<T> =>
        TensorPrimitives.ConvertTruncating<T, double>(tensor.As<T>().Slice((int)start, destination.Length), destination);
}
