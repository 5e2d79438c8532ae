using PPYolo.Align.Comparison;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Comparison;

public sealed class UniformFactorTests
{
    private static readonly float[] Values = [0.3f, -1.25f, 7f, 1e-3f];

    [Theory]
    [InlineData(1.00163f)]
    [InlineData(0.5f)]
    [InlineData(-1f)]
    [InlineData(0f)]
    public void Is_named_where_every_tensor_has_it(float factor) =>
        Factor(Times(factor), Times(factor)).Should().BeApproximately(factor, 1e-6);

    [Fact]
    public void Is_none_where_tensors_are_equal_or_one_is_otherwise()
    {
        Factor(Values, Values).Should().BeNull();
        Factor(Times(1.00163f), Times(1.0017f)).Should().BeNull();
        Factor(Times(2), [0.7f, .. Times(2)[1..]]).Should().BeNull();
        // Rounding is no factor.
        Factor([.. Values.Select(MathF.BitIncrement)], [.. Values.Select(MathF.BitIncrement)]).Should().BeNull();
    }

    private static float[] Times(float factor) => [.. Values.Select(value => value * factor)];

    private static double? Factor(float[] first, float[] second) =>
        TensorComparer
            .Compare(
                Pairs.Set(("a", Pairs.Floats(Values)), ("b", Pairs.Floats(Values)), ("n", TensorData.Scalar(3L))),
                Pairs.Set(("a", Pairs.Floats(first)), ("b", Pairs.Floats(second)), ("n", TensorData.Scalar(3L)))
            )
            .UniformFactor;
}
