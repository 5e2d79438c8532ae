using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class SquareConvolutionTests
{
    // Float32 against float64: sums of at most 64 terms of which each is rounded, then of such sums; measured 3e-7 of the tensor's norm,
    // libtorch's own convolution 2.3e-7 and, in weight gradients over large maps, 7e-6.
    private const double Rounding = 6e-7;

    /// <summary>
    /// Batch, channels in and out, height, width: odd and even extents, channels that fill no block, several panels, blocks and chunks of
    /// tiles, images that end within a vector.
    /// </summary>
    public static TheoryData<int, int, int, int, int> Cases =>
        new()
        {
            { 1, 16, 16, 10, 10 },
            { 2, 32, 64, 13, 11 },
            { 1, 18, 20, 9, 10 },
            { 3, 50, 17, 10, 9 },
            { 2, 514, 40, 10, 10 },
            { 5, 64, 130, 13, 13 },
            { 1, 130, 16, 16, 33 },
            { 2, 16, 24, 67, 70 },
            { 8, 48, 48, 26, 26 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_of_3x3_equals_the_definition_in_float64(int batch, int inputs, int outputs, int height, int width) =>
        ShouldEqualTheDefinition(3, batch, inputs, outputs, height, width, shared: 0);

    [Theory]
    [MemberData(nameof(Cases))]
    [InlineData(4, 2050, 24, 1, 2)]
    [InlineData(3, 16, 530, 3, 3)]
    [InlineData(2, 48, 48, 20, 20)]
    public void Kernel_of_1x1_equals_the_definition_in_float64(int batch, int inputs, int outputs, int height, int width) =>
        ShouldEqualTheDefinition(1, batch, inputs, outputs, height, width, shared: 0);

    [Theory]
    [InlineData(3, 2, 18, 20, 11, 12)]
    [InlineData(3, 3, 62, 20, 10, 9)]
    [InlineData(1, 2, 18, 20, 11, 12)]
    [InlineData(1, 3, 62, 20, 5, 7)]
    [InlineData(1, 2, 46, 20, 10, 30)]
    public void Channels_that_all_images_share_are_as_if_they_were_in_each(
        int kernel,
        int batch,
        int inputs,
        int outputs,
        int height,
        int width
    ) => ShouldEqualTheDefinition(kernel, batch, inputs, outputs, height, width, shared: 2);

    private static void ShouldEqualTheDefinition(int kernel, int batch, int inputs, int outputs, int height, int width, int shared)
    {
        using var scope = NewDisposeScope();
        var layer = Layer(inputs + shared, outputs, kernel: kernel);
        Tensor input = TestTensors.Of("input", 1, batch, inputs, height, width).Leaf(),
            gradient = TestTensors.Of("gradient", 1, batch, outputs, height, width);
        var behind = shared == 0 ? null : TestTensors.Of("shared", 1, shared, height, width);
        Tensor wideInput = input.to(ScalarType.Float64).Leaf(),
            wideWeight = layer.Weight.to(ScalarType.Float64).Leaf();
        var wideMap = behind is null ? wideInput : cat([wideInput, behind.to(ScalarType.Float64).expand(batch, -1, -1, -1)], 1);
        var expected = nn.functional.conv2d(wideMap, wideWeight, padding: [kernel / 2, kernel / 2]);
        expected.backward([gradient.to(ScalarType.Float64)]);

        PanelConvolution
            .Suits(input, layer.Weight, 1)
            .Should()
            .Be(PanelProduct.IsQuick && (kernel == 1 || Math.Min(inputs + shared, outputs) >= 32));
        var output = PanelConvolution.Apply(input, layer.Weight, behind);
        output.backward([gradient]);
        BackwardPass.Finish();

        ShouldBeWithinRounding(output, expected, "the output");
        ShouldBeWithinRounding(input.grad!, wideInput.grad!, "the input's gradient");
        ShouldBeWithinRounding(layer.Weight.grad!, wideWeight.grad!, "the weight's gradient");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void Results_depend_neither_on_threads_nor_on_other_images(int kernel)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var expected = Train(kernel, 8);
            set_num_threads(2);
            var same = Train(kernel, 8);
            var fewer = Train(kernel, 3);

            same.Output.ShouldEqual(expected.Output, "the output on two threads");
            same.InputGradient.ShouldEqual(expected.InputGradient, "the input's gradient on two threads");
            same.WeightGradient.ShouldEqual(expected.WeightGradient, "the weight's gradient on two threads");
            fewer.Output.ShouldEqual(expected.Output.narrow(0, 0, 3), "the output of three images");
            fewer.InputGradient.ShouldEqual(expected.InputGradient.narrow(0, 0, 3), "the gradient of three images");
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>
    /// Nothing beyond a map is read into it: not the next image, not the next channel, not what lies in memory after the last.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void A_bias_is_added_and_gets_its_gradient(int kernel)
    {
        using var scope = NewDisposeScope();
        var layer = Layer(32, 40, kernel: kernel, bias: true);
        Tensor input = TestTensors.Of("input", 1, 2, 32, 12, 10).Leaf(),
            gradient = TestTensors.Of("gradient", 1, 2, 40, 12, 10);
        Tensor wideBias = layer.Bias!.to(ScalarType.Float64).Leaf();
        var expected = nn.functional.conv2d(
            input.to(ScalarType.Float64),
            layer.Weight.to(ScalarType.Float64),
            wideBias,
            padding: [kernel / 2, kernel / 2]
        );
        expected.backward([gradient.to(ScalarType.Float64)]);

        var output = layer.call(input);
        output.backward([gradient]);
        BackwardPass.Finish();

        ShouldBeWithinRounding(output, expected, "the output");
        ShouldBeWithinRounding(layer.Bias!.grad!, wideBias.grad!, "the bias's gradient");
    }

    [Fact]
    public void Padding_is_zero_whatever_lies_beside_a_map()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(16, 16);
        var memory = full(3, 16, 11, 13, float.NaN);
        var map = TestTensors.Of("input", 1, 16, 11, 13);
        memory[1] = map;

        var output = PanelConvolution.Apply(memory.narrow(0, 1, 1), layer.Weight);

        output.ShouldEqual(PanelConvolution.Apply(map.unsqueeze(0), layer.Weight), "the output");
        output.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_number_that_is_none_shows_in_the_cells_that_see_it_and_nowhere_else(float value)
    {
        using var scope = NewDisposeScope();
        var layer = Layer(16, 16);
        var input = TestTensors.Of("input", 1, 2, 16, 12, 12);
        input[1, 3, 6, 6] = value;

        var output = PanelConvolution.Apply(input, layer.Weight);

        output[1, .., 5..8, 5..8].isfinite().any().item<bool>().Should().BeFalse();
        output.isfinite().logical_not().sum().item<long>().Should().Be(16 * 3 * 3);
    }

    [Fact]
    public void Frozen_weights_get_no_gradient_and_inputs_do()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(32, 32);
        layer.Weight.requires_grad = false;
        var input = TestTensors.Of("input", 1, 1, 32, 10, 10).Leaf();

        layer.call(input).sum().backward();
        BackwardPass.Finish();

        layer.Weight.grad.Should().BeNull();
        input.grad.Should().NotBeNull();
    }

    [Fact]
    public void A_map_in_another_layout_gives_the_same()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(16, 24);
        var input = TestTensors.Of("input", 1, 2, 16, 12, 10);

        PanelConvolution.Apply(input.ChannelsLast(), layer.Weight).ShouldEqual(PanelConvolution.Apply(input, layer.Weight), "the output");
    }

    [Fact]
    public void The_layer_takes_the_kernel_where_it_suits()
    {
        using var scope = NewDisposeScope();
        var layer = Layer(32, 40);
        var input = TestTensors.Of("input", 1, 2, 32, 12, 10);

        layer
            .call(input)
            .ShouldEqual(
                PanelProduct.IsQuick
                    ? PanelConvolution.Apply(input, layer.Weight)
                    : nn.functional.conv2d(input, layer.Weight, padding: [1, 1]),
                "the output"
            );
    }

    [Theory]
    [InlineData(32, 32, 10, 2, ScalarType.Float32)]
    [InlineData(32, 32, 8, 1, ScalarType.Float32)]
    [InlineData(3, 32, 10, 1, ScalarType.Float32)]
    [InlineData(64, 27, 10, 1, ScalarType.Float32)]
    [InlineData(32, 32, 10, 1, ScalarType.Float64)]
    public void Everything_else_is_left_to_libtorch(int inputs, int outputs, int side, int stride, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var layer = Layer(inputs, outputs, stride);
        layer.to(type);
        var input = TestTensors.Of("input", 1, 2, inputs, side, side).to(type);

        PanelConvolution.Suits(input, layer.Weight, stride).Should().BeFalse();
        layer.call(input).ShouldEqual(nn.functional.conv2d(input, layer.Weight, strides: [stride, stride], padding: [1, 1]), "the output");
    }

    private static (Tensor Output, Tensor InputGradient, Tensor WeightGradient) Train(int kernel, int batch)
    {
        var layer = Layer(40, 72, kernel: kernel);
        Tensor input = TestTensors.Of("input", 1, 8, 40, 13, 26).narrow(0, 0, batch).Leaf(),
            gradient = TestTensors.Of("gradient", 1, 8, 72, 13, 26).narrow(0, 0, batch).contiguous();
        var output = PanelConvolution.Apply(input, layer.Weight);
        output.backward([gradient]);
        BackwardPass.Finish();
        return (output, input.grad!, layer.Weight.grad!);
    }

    private static SquareConvolution Layer(int inputs, int outputs, int stride = 1, int kernel = 3, bool bias = false)
    {
        var layer = new SquareConvolution(inputs, outputs, kernel, stride, bias);
        using var noGrad = no_grad();
        layer.Weight.copy_(TestTensors.Of("weight", 1, outputs, inputs, kernel, kernel));
        layer.Bias?.copy_(TestTensors.Of("bias", 1, outputs));
        return layer;
    }

    private static void ShouldBeWithinRounding(Tensor found, Tensor expected, string what)
    {
        found.shape.Should().Equal(expected.shape, "of {0}", what);
        var difference = ((found.to(ScalarType.Float64) - expected).norm() / expected.norm()).item<double>();
        (difference <= Rounding).Should().BeTrue("{0} must be within {1:R} of its norm, found {2:R}", what, Rounding, difference);
    }
}
