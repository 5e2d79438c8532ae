using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit;

internal static class TensorAssertions
{
    /// <summary>Same type, shape and bits.</summary>
    public static void ShouldEqual(this Tensor found, Tensor expected, string what = "tensor")
    {
        found.shape.Should().Equal(expected.shape, "of {0}", what);
        found.dtype.Should().Be(expected.dtype, "of {0}", what);
        found
            .ToData()
            .BitwiseEquals(expected.ToData())
            .Should()
            .BeTrue("{0} must have the same bits; the largest difference is {1:R}", what, LargestDifference(found, expected));
    }

    /// <summary>
    /// Every element within <paramref name="tolerance"/>, relative to the largest expected magnitude where that exceeds 1. A NaN is in no
    /// tolerance.
    /// </summary>
    public static void ShouldBeNear(this Tensor found, Tensor expected, double tolerance, string what = "tensor")
    {
        found.shape.Should().Equal(expected.shape, "of {0}", what);
        var magnitude = Math.Max(1, expected.detach().to(ScalarType.Float64).abs().max().item<double>());
        var difference = LargestDifference(found, expected) / magnitude;
        (difference <= tolerance).Should().BeTrue("{0} must be within {1:R}, found a difference of {2:R}", what, tolerance, difference);
    }

    /// <summary>The largest absolute difference; NaN where there is a NaN.</summary>
    public static double LargestDifference(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        return (one.detach().to(ScalarType.Float64) - other.detach().to(ScalarType.Float64)).abs().max().item<double>();
    }
}
