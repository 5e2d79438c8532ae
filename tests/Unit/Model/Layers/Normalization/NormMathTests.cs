using PPYolo.Model.Layers;
using PPYolo.Model.Layers.Normalization;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers.Normalization;

/// <summary>The kernels against torch operations, and their independence of threads and layout.</summary>
public sealed class NormMathTests
{
    // Both round a product and a sum of numbers below 10 to float32, in another order or fused.
    private const double Rounding = 1e-5;

    // Float64 sums over some thousand float32 values and products of them.
    private const double SumRounding = 1e-5;

    /// <summary>What is fused with a norm, and channels.</summary>
    public static TheoryData<Activation, int> Cases => Combinations.Of<Activation, int>([Activation.None, Activation.Relu, Activation.LeakyRelu], [1, 7, 32, 45]);

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
        NormMath kernels = CpuNormMath.Instance, operations = TorchNormMath.Instance;

        // Exact products, so that only the order of float64 sums differs.
        kernels.Sums(data.Input).ShouldBeNear(operations.Sums(data.Input), 1e-13, "sums");
        kernels.Normalize(data.Input, data.Vectors, activation).ShouldBeNear(operations.Normalize(data.Input, data.Vectors, activation), Rounding, "map");
        kernels.GradientSums(data.Input, data.Gradient, data.Vectors, activation)
            .ShouldBeNear(operations.GradientSums(data.Input, data.Gradient, data.Vectors, activation), SumRounding, "gradient sums");
        kernels.InputGradient(data.Input, data.Gradient, data.Vectors, data.MeanGradient, data.Slope, activation)
            .ShouldBeNear(operations.InputGradient(data.Input, data.Gradient, data.Vectors, data.MeanGradient, data.Slope, activation), Rounding, "input gradient");
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
    public void Kernels_take_any_memory_layout_and_write_channels_last()
    {
        using var scope = NewDisposeScope();
        var data = new Data(19);
        var plain = data.All(Activation.LeakyRelu);
        var moved = (data with { Input = data.Input.ChannelsLast(), Gradient = data.Gradient.ChannelsLast() }).All(Activation.LeakyRelu);

        for (var i = 0; i < plain.Length; i++)
        {
            moved[i].ShouldEqual(plain[i], $"result {i}");
        }

        plain[1].permute(0, 2, 3, 1).is_contiguous().Should().BeTrue();
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
        // With few channels a piece of work has 2^15 elements: several pieces, the last one short, and no whole block of 8 rows at the end.
        private const int Rows = 53;

        public Tensor Input { get; init; } = TestTensors.Of("input", 2, 3, Channels, Rows, Columns(Channels));

        public Tensor Gradient { get; init; } = TestTensors.Of("gradient", 1, 3, Channels, Rows, Columns(Channels));

        public ChannelVectors Vectors { get; } = new(TestTensors.Wide("mean", 0.5f, Channels), TestTensors.Wide("scale", 2, Channels), TestTensors.Wide("bias", 1, Channels));

        public Tensor MeanGradient { get; } = TestTensors.Wide("mean gradient", 0.1f, Channels);

        public Tensor Slope { get; } = TestTensors.Wide("slope", 0.1f, Channels);

        public Tensor[] All(Activation activation) =>
        [
            CpuNormMath.Instance.Sums(Input),
            CpuNormMath.Instance.Normalize(Input, Vectors, activation),
            CpuNormMath.Instance.GradientSums(Input, Gradient, Vectors, activation),
            CpuNormMath.Instance.InputGradient(Input, Gradient, Vectors, MeanGradient, Slope, activation),
        ];

        private static int Columns(int channels) => channels == 1 ? 515 : 1 + (3 * (1 << 15) / (3 * Rows * channels));
    }
}
