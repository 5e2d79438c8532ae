using System.Text.Json;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Compares tensors with the facts of expected.json.</summary>
internal static class Facts
{
    public static void ShouldHold(TensorData tensor, JsonElement facts, string name)
    {
        tensor.Shape.Should().Equal(facts.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()), name);
        tensor.Type.Name().Should().Be(NameOf(facts.GetProperty("dtype").GetString()!), name);
        var values = Values(tensor);
        Numbers(facts, "first").Should().Equal(values.Take(Numbers(facts, "first").Length), name);
        Numbers(facts, "last").Should().Equal(values.TakeLast(Numbers(facts, "last").Length), name);
        values.Sum().Should().BeApproximately(facts.GetProperty("sum").GetDouble(), 1e-6 * Math.Max(1, values.Sum(Math.Abs)), name);
    }

    public static void ShouldHold(NamedTensors tensors, JsonElement facts)
    {
        tensors.Names.Should().Equal(facts.EnumerateObject().Select(fact => fact.Name));
        foreach (var (name, tensor) in tensors)
        {
            ShouldHold(tensor, facts.GetProperty(name), name);
        }
    }

    public static double[] Values(TensorData tensor) =>
        tensor.Type switch
        {
            ElementType.Bool => Convert<byte>(tensor, value => value),
            ElementType.UInt8 => Convert<byte>(tensor, value => value),
            ElementType.Int32 => Convert<int>(tensor, value => value),
            ElementType.Int64 => Convert<long>(tensor, value => value),
            ElementType.Float16 => Convert<Half>(tensor, value => (double)value),
            ElementType.BFloat16 => Convert<ushort>(tensor, value => BitConverter.Int32BitsToSingle(value << 16)),
            ElementType.Float32 => Convert<float>(tensor, value => value),
            ElementType.Float64 => Convert<double>(tensor, value => value),
            _ => throw new ArgumentException($"no values of {tensor.Type}", nameof(tensor)),
        };

    private static double[] Convert<T>(TensorData tensor, Func<T, double> convert)
        where T : unmanaged => [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(tensor.Bytes.Span).ToArray().Select(convert)];

    private static double[] Numbers(JsonElement facts, string key) =>
        [.. facts.GetProperty(key).EnumerateArray().Select(value => value.GetDouble())];

    private static string NameOf(string type) =>
        type.TrimStart('<', '>', '|') switch
        {
            "f2" => "float16",
            "f4" => "float32",
            "f8" => "float64",
            "i4" => "int32",
            "i8" => "int64",
            "u1" => "uint8",
            "b1" => "bool",
            var name => name,
        };
}
