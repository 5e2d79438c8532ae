using PPYolo.Kernels.Elementwise;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Elementwise;

public sealed class MishTests
{
    // Roundings: three of the exponential, one each of sum, product, sum, quotient and product; float32 has 2^-24, and the exponential's
    // argument is exact.
    [Fact]
    public void Is_x_times_the_hyperbolic_tangent_of_softplus()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-30, 30, 6001, ScalarType.Float32);
        var wide = x.to(ScalarType.Float64);
        var expected = wide * wide.exp().log1p().tanh();

        var found = Mish.Of(x).to(ScalarType.Float64);

        ((found - expected).abs() / expected.abs().clamp(min: 1e-300)).max().item<double>().Should().BeLessThan(8 * Math.Pow(2, -24));
    }

    [Fact]
    public void Is_as_exact_in_float64()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-30, 40, 701, ScalarType.Float64);

        Mish.Of(x).ShouldBeNear(x * x.exp().log1p().tanh(), 1e-15, "mish");
    }

    [Fact]
    public void Has_the_gradient_of_its_differences()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -40.0, -5, -1.2, -0.3, 0, 0.4, 2, 7, 19.9, 25, 100 });
        var weight = TestTensors.Of("weight", 1, x.shape).to(ScalarType.Float64);

        GradientCheck.Check(inputs => (Mish.Of(inputs[0]) * weight).sum(), x);
    }

    [Theory]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(100, 100)]
    [InlineData(3e38f, 3e38f)]
    [InlineData(-200, 0)]
    public void Far_values_are_what_they_tend_to(float x, float expected)
    {
        using var scope = NewDisposeScope();
        Mish.Of(tensor(new[] { x })).item<float>().Should().Be(expected);
    }
}
