using PPYolo.Align.Tensors;
using PPYolo.Harness.Measures;

namespace PPYolo.Tests.Unit.Harness.Measures;

public sealed class DistanceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(2500)]
    public void Adds_up_in_float64(int count)
    {
        float[] one = TestTensors.Values("one", count),
            other = TestTensors.Values("other", count);

        // Float64 sums of up to 2500 terms in another order.
        Distance
            .Squared(Of(one), Of(other))
            .Should()
            .BeApproximately(one.Zip(other, (a, b) => ((double)a - b) * ((double)a - b)).Sum(), 1e-10);
        Distance.Dot(Of(one), Of(other)).Should().BeApproximately(one.Zip(other, (a, b) => (double)a * b).Sum(), 1e-10);
    }

    [Fact]
    public void Is_not_a_number_where_tensors_cannot_be_compared()
    {
        Distance.Squared(Of([1, 2]), TensorData.Of<float>([1, 2], 1, 2)).Should().Be(double.NaN);
        Distance.Squared(Of([1, 2]), TensorData.Of<double>([1, 2], 2)).Should().Be(double.NaN);
        Distance.Squared(Of([1, float.NaN]), Of([1, float.NaN])).Should().Be(double.NaN);
    }

    [Fact]
    public void Is_zero_for_equal_counters_only()
    {
        Distance.Squared(TensorData.Scalar(5L), TensorData.Scalar(5L)).Should().Be(0);
        Distance.Squared(TensorData.Scalar(5L), TensorData.Scalar(6L)).Should().Be(double.NaN);
    }

    private static TensorData Of(float[] values) => TensorData.Of<float>(values, values.Length);
}
