using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Tensors of every type and of the shapes that formats stumble over.</summary>
internal static class Samples
{
    public static NamedTensors OfTypes(params ElementType[] types)
    {
        var tensors = new NamedTensors();
        var random = new Random(5);
        foreach (var type in types)
        {
            foreach (long[] shape in new long[][] { [3, 5], [], [0, 2], [1], [7] })
            {
                var bytes = new byte[TensorData.CountOf(shape) * type.Size()];
                random.NextBytes(bytes);
                if (type == ElementType.Bool)
                {
                    bytes = [.. bytes.Select(value => (byte)(value & 1))];
                }

                tensors.Add(
                    $"{type.Name()}/{(shape.Length == 0 ? "scalar" : string.Join('x', shape))}.权重",
                    new TensorData(type, shape, bytes)
                );
            }
        }

        return tensors;
    }

    public static NamedTensors OfAllTypesBut(params ElementType[] excluded) => OfTypes([.. Enum.GetValues<ElementType>().Except(excluded)]);

    public static void ShouldEqual(NamedTensors found, NamedTensors expected)
    {
        found.Names.Should().Equal(expected.Names);
        foreach (var (name, tensor) in expected)
        {
            found[name].BitwiseEquals(tensor).Should().BeTrue("{0} is {1}, found {2}", name, tensor, found[name]);
        }
    }
}
