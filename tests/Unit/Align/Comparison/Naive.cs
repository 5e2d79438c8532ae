using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

/// <summary>The metrics as their definitions say it, element by element.</summary>
internal static class Naive
{
    public static double[] Values(TensorData tensor)
    {
        var values = new double[tensor.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = tensor.Type switch
            {
                ElementType.Float16 => (double)BitConverter.UInt16BitsToHalf(Bits16(tensor, i)),
                ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)Bits16(tensor, i) << 16),
                ElementType.Float32 => BitConverter.ToSingle(tensor.Bytes.Span[(4 * i)..]),
                ElementType.Float64 => BitConverter.ToDouble(tensor.Bytes.Span[(8 * i)..]),
                _ => throw new NotSupportedException(),
            };
        }

        return values;
    }

    public static double SumOfSquares(TensorData a, TensorData b) => Values(a).Zip(Values(b), (x, y) => (x - y) * (x - y)).Sum();

    public static double Norm(TensorData a) => Math.Sqrt(Values(a).Sum(x => x * x));

    public static double Cosine(TensorData a, TensorData b) => Values(a).Zip(Values(b), (x, y) => x * y).Sum() / Norm(a) / Norm(b);

    public static double MaxAbs(TensorData a, TensorData b) => Values(a).Zip(Values(b), (x, y) => Math.Abs(x - y)).Max();

    /// <summary>The distance of rank ceil(0.99 n) among the sorted distances of finite pairs.</summary>
    public static ulong? UlpP99(TensorData a, TensorData b)
    {
        var distances = new List<Int128>();
        var (x, y) = (Values(a), Values(b));
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsFinite(x[i]) && double.IsFinite(y[i]))
            {
                distances.Add(Int128.Abs(Place(a, i) - Place(b, i)));
            }
        }

        distances.Sort();
        return distances.Count == 0 ? null : (ulong)distances[(int)Math.Ceiling((decimal)distances.Count * 99 / 100) - 1];
    }

    public static void ShouldMatch(TensorMetrics found, TensorData a, TensorData b)
    {
        found.Count.Should().Be(a.Count);
        Near(found.SumOfSquares, SumOfSquares(a, b));
        Near(found.RelativeL2, Math.Sqrt(SumOfSquares(a, b)) / Norm(a));
        found.MaxAbs.Should().Be(MaxAbs(a, b));
        Near(found.Cosine, Cosine(a, b));
        found.UlpP99.Should().Be(UlpP99(a, b));
        found.NonFiniteFirst.Should().Be(0);
        found.NonFiniteSecond.Should().Be(0);
        found.BitwiseEqual.Should().BeFalse();
    }

    public static void Near(double found, double expected) =>
        (Math.Abs(found - expected) <= 1e-12 * Math.Abs(expected)).Should().BeTrue("{0} is expected, found {1}", expected, found);

    private static Int128 Place(TensorData tensor, int i)
    {
        var (bits, sign) = tensor.Type switch
        {
            ElementType.Float16 or ElementType.BFloat16 => (Bits16(tensor, i), 1UL << 15),
            ElementType.Float32 => (BitConverter.ToUInt32(tensor.Bytes.Span[(4 * i)..]), 1UL << 31),
            _ => (BitConverter.ToUInt64(tensor.Bytes.Span[(8 * i)..]), 1UL << 63),
        };
        return (bits & sign) != 0 ? -(Int128)(bits & ~sign) : bits;
    }

    private static ushort Bits16(TensorData tensor, int i) => BitConverter.ToUInt16(tensor.Bytes.Span[(2 * i)..]);
}
