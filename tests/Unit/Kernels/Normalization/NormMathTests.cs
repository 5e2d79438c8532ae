using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Normalization;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Normalization;

/// <summary>The kernels against torch operations, and their independence of threads and layout.</summary>
public sealed class NormMathTests
{
    // Both round a product and a sum of numbers below 10 to float32, in another order or fused.
    private const double Rounding = 1e-5;

    // Float64 sums over some thousand float32 values and products of them.
    private const double SumRounding = 1e-5;

    /// <summary>What is fused with a norm, and channels.</summary>
    public static TheoryData<Activation, int> Cases =>
        Combinations.Of<Activation, int>([Activation.None, Activation.Relu, Activation.LeakyRelu], [1, 7, 32, 45]);

    [Fact]
    public void Float32_on_the_cpu_goes_through_the_kernels()
    {
        using var scope = NewDisposeScope();

        NormMath.For(zeros(1, 1, 1, 2)).Should().BeOfType<CpuNormMath>();
        NormMath.For(zeros(1, 1, 1, 2, dtype: ScalarType.Float64)).Should().BeOfType<TorchNormMath>();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_equal_torch_operations(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        var data = new Data(channels);
        NormMath kernels = CpuNormMath.Instance,
            operations = TorchNormMath.Instance;

        // Only the order of float64 sums differs.
        kernels.Sums(data.Input).ShouldBeNear(operations.Sums(data.Input), 1e-12, "sums");
        kernels
            .SquaredDeviations(data.Input, data.Vectors.Mean)
            .ShouldBeNear(operations.SquaredDeviations(data.Input, data.Vectors.Mean), 1e-12, "squares");
        var (mean, squared) = kernels.Moments(data.Input);
        var (expectedMean, expectedSquared) = operations.Moments(data.Input);
        mean.ShouldBeNear(expectedMean, 1e-7, "mean");
        squared.ShouldBeNear(expectedSquared, 1e-6, "squares around the mean found");
        kernels
            .Normalize(data.Input, data.Vectors, activation)
            .ShouldBeNear(operations.Normalize(data.Input, data.Vectors, activation), Rounding, "map");
        kernels
            .GradientSums(data.Input, data.Gradient, data.Vectors, activation)
            .ShouldBeNear(operations.GradientSums(data.Input, data.Gradient, data.Vectors, activation), SumRounding, "gradient sums");
        kernels
            .InputGradient(data.Input, data.Gradient, data.Vectors, data.MeanGradient, data.Slope, activation)
            .ShouldBeNear(
                operations.InputGradient(data.Input, data.Gradient, data.Vectors, data.MeanGradient, data.Slope, activation),
                Rounding,
                "input gradient"
            );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_have_the_same_bits_on_any_number_of_threads(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        var data = new Data(channels);
        var one = TestEnvironment.WithThreads(1, () => data.All(activation));
        foreach (var threads in new[] { 2, 3 })
        {
            var several = TestEnvironment.WithThreads(threads, () => data.All(activation));
            for (var i = 0; i < one.Length; i++)
            {
                several[i].ShouldEqual(one[i], $"result {i}");
            }
        }
    }

    [Fact]
    public void Kernels_take_any_memory_layout_and_write_contiguous_maps()
    {
        using var scope = NewDisposeScope();
        var data = new Data(19);
        var plain = data.All(Activation.LeakyRelu);
        var moved = (data with { Input = data.Input.ChannelsLast(), Gradient = data.Gradient.ChannelsLast() }).All(Activation.LeakyRelu);

        for (var i = 0; i < plain.Length; i++)
        {
            moved[i].ShouldEqual(plain[i], $"result {i}");
            moved[i].is_contiguous().Should().BeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rounds_as_libtorch_does(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        var data = new Data(channels);
        Tensor weight = TestTensors.Of("weight", 1.5f, channels),
            bias = TestTensors.Of("bias", 1, channels);
        var statistics = BatchStatistics.Of(data.Input, 1e-5, null);

        var found = CpuNormMath.Instance.Normalize(
            data.Input,
            ChannelVectors.Of(statistics.Mean, statistics.InverseDeviation, weight, bias),
            activation
        );

        var expected = nn.functional.batch_norm(data.Input, zeros(channels), ones(channels), weight, bias, training: true, 0.1, 1e-5);
        // The same bits: a rounding error in a statistic moves a whole channel, and twenty of them in a row are the distance to the
        // reference.
        found.ShouldEqual(
            activation switch
            {
                Activation.Relu => expected.relu(),
                Activation.LeakyRelu => nn.functional.leaky_relu(expected, 0.1),
                _ => expected,
            }
        );
    }

    [Fact]
    public void Mish_is_not_fused()
    {
        using var scope = NewDisposeScope();
        var data = new Data(3);
        var normalize = () => CpuNormMath.Instance.Normalize(data.Input, data.Vectors, Activation.Mish);

        TestEnvironment.WithThreads(1, () => normalize.Should().Throw<ArgumentOutOfRangeException>());
    }

    private sealed record Data(int Channels)
    {
        // No whole vector at a plane's end.
        private const int Rows = 53,
            Columns = 7;

        public Tensor Input { get; init; } = TestTensors.Of("input", 2, 3, Channels, Rows, Columns);

        public Tensor Gradient { get; init; } = TestTensors.Of("gradient", 1, 3, Channels, Rows, Columns);

        public ChannelVectors Vectors { get; } =
            ChannelVectors.Of(
                TestTensors.Of("mean", 0.5f, Channels),
                TestTensors.Of("deviation", 0.5f, Channels) + 1,
                TestTensors.Of("scale", 2, Channels),
                TestTensors.Of("bias", 1, Channels)
            );

        public Tensor MeanGradient { get; } = TestTensors.Of("mean gradient", 0.1f, Channels);

        public Tensor Slope { get; } = TestTensors.Of("slope", 0.1f, Channels);

        public Tensor[] All(Activation activation) =>
            [
                CpuNormMath.Instance.Sums(Input),
                CpuNormMath.Instance.SquaredDeviations(Input, Vectors.Mean),
                CpuNormMath.Instance.Normalize(Input, Vectors, activation),
                CpuNormMath.Instance.GradientSums(Input, Gradient, Vectors, activation),
                CpuNormMath.Instance.InputGradient(Input, Gradient, Vectors, MeanGradient, Slope, activation),
            ];
    }
}
