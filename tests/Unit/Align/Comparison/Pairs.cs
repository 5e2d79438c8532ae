using System.Runtime.InteropServices;
using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

/// <summary>Tensors and sets of them to compare.</summary>
internal static class Pairs
{
    /// <summary>Two tensors of which the second is the first and a bit; every so many elements are left equal.</summary>
    public static (TensorData A, TensorData B) Random(ElementType type, int count, int seed = 1, double noise = 1e-3, int equalOf = 7)
    {
        var random = new Random(seed);
        var a = Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 3))).ToArray();
        var b = a.Select(x => random.Next(equalOf) == 0 ? x : x + ((random.NextDouble() - 0.5) * noise)).ToArray();
        return (Of(type, a), Of(type, b));
    }

    public static TensorData Of(ElementType type, params double[] values) =>
        type switch
        {
            ElementType.Float16 => TensorData.Of<Half>(values.Select(x => (Half)x).ToArray(), values.Length),
            ElementType.BFloat16 => new(
                type,
                [values.Length],
                MemoryMarshal
                    .AsBytes<ushort>(values.Select(x => (ushort)(BitConverter.SingleToUInt32Bits((float)x) >> 16)).ToArray())
                    .ToArray()
            ),
            ElementType.Float32 => TensorData.Of<float>(values.Select(x => (float)x).ToArray(), values.Length),
            ElementType.Float64 => TensorData.Of<double>(values, values.Length),
            _ => throw new NotSupportedException(),
        };

    public static TensorData Floats(params float[] values) => TensorData.Of<float>(values, values.Length);

    public static NamedTensors Set(params (string Name, TensorData Tensor)[] tensors)
    {
        var set = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            set.Add(name, tensor);
        }

        return set;
    }

    /// <summary>Compares two sets of one tensor called w.</summary>
    public static TensorComparison One(TensorData a, TensorData b, double bound = ComparisonOptions.StandardBound)
    {
        var result = TensorComparer.Compare(Set(("w", a)), Set(("w", b)), new() { Bound = bound });
        result.Aligned.Should().Be(result.Tensors[0].Aligned);
        return result.Tensors.Should().ContainSingle().Subject;
    }
}
