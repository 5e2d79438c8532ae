using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>Brings the elements of an array into C order and little-endian.</summary>
internal static class Elements
{
    /// <summary>
    /// A tensor of elements whose number of bytes has been checked; a copy is made only where order or endianness ask for it.
    /// </summary>
    public static TensorData Tensor(ArrayLayout layout, ByteSource data, AllocationBudget budget)
    {
        var shape = layout.Shape;
        var transposed = layout.Fortran && shape.Count(extent => extent > 1) > 1;
        if (!transposed && !layout.BigEndian)
        {
            return new TensorData(layout.Type, shape, data.Memory(0, data.Length));
        }

        var bytes = budget.Allocate(data.Length, data);
        if (transposed)
        {
            var strides = new long[shape.Length];
            var stride = 1L;
            for (var dimension = 0; dimension < shape.Length; dimension++)
            {
                strides[dimension] = stride;
                stride *= shape[dimension];
            }

            Strided.Gather(data.Span(0, bytes.Length), layout.Type.Size(), shape, strides, bytes);
        }
        else
        {
            data.CopyTo(0, bytes);
        }

        if (layout.BigEndian)
        {
            Reverse(bytes, layout.Type.Size());
        }

        return new TensorData(layout.Type, shape, bytes);
    }

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
            default:
                break;
        }
    }
}
