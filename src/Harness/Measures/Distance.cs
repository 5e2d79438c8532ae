using System.Numerics.Tensors;
using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;

namespace PPYolo.Harness.Measures;

/// <summary>Distances of float32 tensors, accumulated in float64.</summary>
internal static class Distance
{
    private const int Block = 1024;

    /// <summary>The sum of squared differences; NaN where shapes or types differ.</summary>
    public static double Squared(TensorData one, TensorData other)
    {
        if (one.Type != ElementType.Float32 || other.Type != ElementType.Float32 || !one.Shape.AsSpan().SequenceEqual(other.Shape.AsSpan()))
        {
            return one.BitwiseEquals(other) ? 0 : double.NaN;
        }

        return TensorComparer.Measure(one, other).SumOfSquares;
    }

    /// <summary>The L2 norm of the difference over that of the expected tensor; 0 where they are equal.</summary>
    public static double Relative(TensorData found, TensorData expected)
    {
        var squares = Squared(found, expected);
        return squares == 0 ? 0 : Math.Sqrt(squares / Dot(expected, expected));
    }

    /// <summary>The sum of products.</summary>
    public static double Dot(TensorData one, TensorData other) => Blocks(one, other, (a, b) => TensorPrimitives.Dot<double>(a, b));

    private static double Blocks(TensorData one, TensorData other, Func<Span<double>, Span<double>, double> sum)
    {
        ReadOnlySpan<float> a = one.As<float>(),
            b = other.As<float>();
        Span<double> wideA = stackalloc double[Block],
            wideB = stackalloc double[Block];
        double total = 0;
        for (var at = 0; at < a.Length; at += Block)
        {
            var length = Math.Min(Block, a.Length - at);
            TensorPrimitives.ConvertTruncating<float, double>(a.Slice(at, length), wideA);
            TensorPrimitives.ConvertTruncating<float, double>(b.Slice(at, length), wideB);
            total += sum(wideA[..length], wideB[..length]);
        }

        return total;
    }
}
