using PPYolo.Align.Tensors;
using TorchSharp;

namespace PPYolo.Tests.Unit.Align.Tensors;

public class ElementConversionTests
{
    private static readonly (ElementType Type, torch.ScalarType Torch)[] Floats =
    [
        (ElementType.Float16, torch.ScalarType.Float16),
        (ElementType.BFloat16, torch.ScalarType.BFloat16),
        (ElementType.Float32, torch.ScalarType.Float32),
        (ElementType.Float64, torch.ScalarType.Float64),
    ];

    public static TheoryData<ElementType, ElementType> Pairs
    {
        get
        {
            var pairs = new TheoryData<ElementType, ElementType>();
            foreach (var (from, _) in Floats)
            {
                foreach (var (to, _) in Floats)
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_float_becomes_what_PyTorch_makes_of_it(ElementType from, ElementType to)
    {
        var random = new Random(4);
        double[] special =
        [
            0,
            -0.0,
            1,
            -1,
            65504,
            65519,
            65520,
            1e-8,
            6e-8,
            3e38,
            3.4e38,
            1e-40,
            1.00390625,
            1.01171875,
            double.PositiveInfinity,
            double.NegativeInfinity,
        ];
        double[] values =
        [
            .. special,
            .. Enumerable.Range(0, 9000).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-9, 6))),
        ];
        using var scope = torch.NewDisposeScope();
        var source = torch.tensor(values, [values.Length], torch.ScalarType.Float64).to_type(Floats.Single(one => one.Type == from).Torch);

        var found = source.ToData().To(to);

        found.BitwiseEquals(source.to_type(Floats.Single(one => one.Type == to).Torch).ToData()).Should().BeTrue();
    }

    [Fact]
    public void A_NaN_stays_one()
    {
        foreach (var (type, _) in Floats)
        {
            var nan = TensorData.Of<double>([double.NaN], 1).To(type).To(ElementType.Float64);
            nan.As<double>()[0].Should().Be(double.NaN);
        }
    }
}
