using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Deformable;

public sealed class DeformableSamplingTests
{
    // Float32 sums of up to four products of numbers below 1, and in gradients of up to a few hundred of them.
    private const double Rounding = 1e-5;

    /// <summary>Batch, channels (a vector's width has 4 to 16 floats), height, width, stride, and how far offsets reach.</summary>
    public static TheoryData<int, int, int, int, int, float> Cases =>
        new()
        {
            { 1, 1, 7, 5, 1, 0.9f },
            { 2, 3, 7, 5, 2, 0.9f },
            { 3, 16, 8, 8, 1, 2.5f },
            { 2, 19, 9, 6, 2, 2.5f },
            { 2, 37, 5, 11, 1, 12f },
            { 1, 8, 1, 1, 1, 0.9f },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_equals_the_operators_of_every_device(int batch, int channels, int height, int width, int stride, float reach)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(batch, channels, height, width, stride, reach);
        var kernel = Run(input, offset, mask, stride, DeformableSampling.Columns);

        var expected = Run(
            input.to(ScalarType.Float64),
            offset.to(ScalarType.Float64),
            mask.to(ScalarType.Float64),
            stride,
            DeformableSampling.ColumnsByCorners
        );

        ShouldBeNear(kernel, expected);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_and_operators_equal_the_definition(int batch, int channels, int height, int width, int stride, float reach)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(batch, channels, height, width, stride, reach);

        var defined = Defined(input, offset, mask, stride);
        ShouldBeNear(Run(input, offset, mask, stride, DeformableSampling.Columns), defined);
        ShouldBeNear(Run(input, offset, mask, stride, DeformableSampling.ColumnsByCorners), defined);
    }

    /// <summary>
    /// Whole offsets put samples on pixels, the border at -1 and the extent, where value and gradient have their conventions.
    /// </summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(1, 1)]
    [InlineData(2, -2)]
    [InlineData(0, 100)]
    [InlineData(-1e9f, 1e9f)]
    public void Kernel_and_operators_follow_torchvision_on_and_beyond_the_border(float down, float across)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(2, 5, 5, 4, 1, 0);
        offset = offset.view(2, 9, 2, 5, 4).add(tensor([down, across]).view(1, 1, 2, 1, 1)).view(offset.shape);

        var defined = Defined(input, offset, mask, 1);
        ShouldBeNear(Run(input, offset, mask, 1, DeformableSampling.Columns), defined);
        ShouldBeNear(Run(input, offset, mask, 1, DeformableSampling.ColumnsByCorners), defined);
    }

    /// <summary>Start weights from scratch predict offsets of 0, where an offset has another gradient to either side.</summary>
    [Theory]
    [InlineData(13, 13, 1)]
    [InlineData(19, 11, 2)]
    [InlineData(38, 38, 1)]
    public void Operators_take_the_kernels_side_of_every_pixel_at_offset_zero(int height, int width, int stride)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(2, 19, height, width, stride, 0);

        ShouldBeNear(
            Run(input, offset, mask, stride, DeformableSampling.ColumnsByCorners),
            Run(input, offset, mask, stride, DeformableSampling.Columns)
        );
    }

    [Fact]
    public void Offsets_of_samples_just_on_the_border_have_a_gradient()
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(1, 4, 5, 5, 1, 0);

        var result = Run(input, offset, mask, 1, DeformableSampling.Columns);

        // Kernel point 1 (up) of the first row samples at y = -1: the value is 0, and moving down would meet the first row of pixels.
        result.Columns.view(9, 4, 5, 5)[1].select(1, 0).abs().max().item<float>().Should().Be(0);
        result.Offset[0, 2, 0].abs().min().item<float>().Should().BeGreaterThan(0);
    }

    [Theory]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NegativeInfinity, false)]
    [InlineData(float.MaxValue, false)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(float.NegativeInfinity, true)]
    [InlineData(float.MaxValue, true)]
    public void Samples_nothing_at_an_unreachable_place(float place, bool corners)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(1, 5, 4, 4, 1, 0.5f);
        offset[0, 3, 2, 2] = place;

        var columns = Run(input, offset, mask, 1, Way(corners)).Columns;

        columns.isfinite().all().item<bool>().Should().BeTrue();
        columns.view(9, 5, 4, 4)[1, .., 2, 2].abs().max().item<float>().Should().Be(0);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(16, false)]
    [InlineData(5, true)]
    public void A_nan_offset_neither_crashes_nor_hides(int channels, bool corners)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(2, channels, 4, 4, 1, 0.5f);
        offset[1, 3, 2, 2] = float.NaN;

        var result = Run(input, offset, mask, 1, Way(corners));

        var columns = result.Columns.view(2, 9, channels, 4, 4);
        columns[1, 1, .., 2, 2].isnan().all().item<bool>().Should().BeTrue("a NaN that became 0 would never be noticed");
        columns.isnan().sum().item<long>().Should().Be(channels);
        result.Input.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Has_the_same_bits_on_any_number_of_threads(int threads)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(5, 19, 9, 7, 2, 1.5f);
        var one = TestEnvironment.WithThreads(1, () => Run(input, offset, mask, 2, DeformableSampling.Columns));

        var several = TestEnvironment.WithThreads(threads, () => Run(input, offset, mask, 2, DeformableSampling.Columns));

        ShouldEqual(several, one);
    }

    [Fact]
    public void Takes_any_memory_layout()
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(2, 19, 6, 7, 1, 1.5f);
        var plain = Run(input, offset, mask, 1, DeformableSampling.Columns);

        ShouldEqual(Run(input.ChannelsLast(), offset.ChannelsLast(), mask.ChannelsLast(), 1, DeformableSampling.Columns), plain);
        // As the layer calls it: both are parts of one map of 27 channels.
        var predicted = cat([offset, mask], 1).ChannelsLast();
        ShouldEqual(
            Run(input.ChannelsLast(), predicted.narrow(1, 0, 18), predicted.narrow(1, 18, 9), 1, DeformableSampling.Columns),
            plain
        );
    }

    [Fact]
    public void Needs_no_gradients()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (input, offset, mask) = Inputs(1, 4, 5, 5, 1, 1);

        DeformableSampling.Columns(input, offset, mask, 1).requires_grad.Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Operators_have_the_gradients_of_their_values(int stride)
    {
        using var scope = NewDisposeScope();
        var (input, offset, mask) = Inputs(1, 2, 5, 4, stride, 1.2f);
        var weights = TestTensors.Wide("weights", 1, 1, 18, mask.shape[2], mask.shape[3]);

        GradientCheck.Check(
            values => (DeformableSampling.ColumnsByCorners(values[0], values[1], values[2], stride) * weights).sum(),
            input.to(ScalarType.Float64),
            offset.to(ScalarType.Float64),
            mask.to(ScalarType.Float64)
        );
    }

    private static (Tensor Input, Tensor Offset, Tensor Mask) Inputs(
        int batch,
        int channels,
        int height,
        int width,
        int stride,
        float reach
    )
    {
        long rows = ((height - 1) / stride) + 1,
            columns = ((width - 1) / stride) + 1;
        return (
            TestTensors.Of("input", 1, batch, channels, height, width),
            TestTensors.Of("offset", reach, batch, 18, rows, columns),
            TestTensors.Of("mask", 0.5f, batch, 9, rows, columns).add_(0.5f)
        );
    }

    private static Func<Tensor, Tensor, Tensor, int, Tensor> Way(bool corners) =>
        corners ? DeformableSampling.ColumnsByCorners : DeformableSampling.Columns;

    private static Result Run(Tensor input, Tensor offset, Tensor mask, int stride, Func<Tensor, Tensor, Tensor, int, Tensor> sampling)
    {
        // Copies keep the layout of what they copy.
        Tensor[] leaves = [input.Leaf(), offset.Leaf(), mask.Leaf()];
        var columns = sampling(leaves[0], leaves[1], leaves[2], stride);
        (columns * Upstream(columns.shape).to(columns.dtype)).sum().backward();
        BackwardPass.Finish();
        return new(columns, leaves[0].grad!, leaves[1].grad!, leaves[2].grad!);
    }

    private static Result Defined(Tensor input, Tensor offset, Tensor mask, int stride)
    {
        var naive = new NaiveDeformable(Floats(input), input.shape, Floats(offset), Floats(mask), mask.shape, stride);
        long[] shape = [input.shape[0], 9 * input.shape[1], mask.shape[2], mask.shape[3]];
        var (gradInput, gradOffset, gradMask) = naive.Gradients(Floats(Upstream(shape)));
        return new(
            tensor(naive.Columns(), shape),
            tensor(gradInput, input.shape),
            tensor(gradOffset, offset.shape),
            tensor(gradMask, mask.shape)
        );
    }

    private static Tensor Upstream(long[] shape) => TestTensors.Of("upstream", 1, shape);

    private static float[] Floats(Tensor values) => values.contiguous().data<float>().ToArray();

    private static void ShouldBeNear(Result found, Result expected)
    {
        found.Columns.ShouldBeNear(expected.Columns, Rounding, "columns");
        found.Input.ShouldBeNear(expected.Input, Rounding, "gradient of input");
        found.Offset.ShouldBeNear(expected.Offset, Rounding, "gradient of offset");
        found.Mask.ShouldBeNear(expected.Mask, Rounding, "gradient of mask");
    }

    private static void ShouldEqual(Result found, Result expected)
    {
        found.Columns.ShouldEqual(expected.Columns, "columns");
        found.Input.ShouldEqual(expected.Input, "gradient of input");
        found.Offset.ShouldEqual(expected.Offset, "gradient of offset");
        found.Mask.ShouldEqual(expected.Mask, "gradient of mask");
    }

    private sealed record Result(Tensor Columns, Tensor Input, Tensor Offset, Tensor Mask);
}
