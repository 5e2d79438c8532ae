using PPYolo.Model.Layers;
using PPYolo.Model.State;
using PPYolo.Tests.Unit.Kernels.Deformable;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class DeformableConvTests
{
    private const int Inputs = 3,
        Outputs = 4,
        Side = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Equals_the_definition(int stride)
    {
        using var scope = NewDisposeScope();
        using var layer = Layer(stride);
        var input = TestTensors.Of("input", 1, 2, Inputs, Side, Side);

        var output = layer.call(input);

        var predicted = layer.Offsets.call(input);
        Tensor offset = predicted.narrow(1, 0, 18),
            mask = predicted.narrow(1, 18, 9).sigmoid();
        var columns = new NaiveDeformable(Floats(input), input.shape, Floats(offset), Floats(mask), mask.shape, stride).Columns();
        var weight = Floats(StateEntries.Of(layer).Single(entry => entry.Key == "weight").Value);
        var cells = Side / stride * (Side / stride);
        var expected = new double[2 * Outputs * cells];
        for (var i = 0; i < expected.Length; i++)
        {
            int b = i / (Outputs * cells),
                o = i / cells % Outputs,
                cell = i % cells;
            for (var c = 0; c < Inputs; c++)
            {
                for (var q = 0; q < 9; q++)
                {
                    expected[i] += weight[(((o * Inputs) + c) * 9) + q] * columns[(((b * 9 * Inputs) + (q * Inputs) + c) * cells) + cell];
                }
            }
        }

        // 27 products of numbers below 1 in float32.
        output.ShouldBeNear(tensor(expected, output.shape), 1e-5);
    }

    [Fact]
    public void Starts_as_half_a_convolution()
    {
        using var scope = NewDisposeScope();
        using var layer = new DeformableConv(Inputs, Outputs, 1);
        using var noGrad = no_grad();
        var weight = StateEntries.Of(layer).Single(entry => entry.Key == "weight").Value;
        weight.copy_(TestTensors.Of("weight", 1, Outputs, Inputs, 3, 3));
        var input = TestTensors.Of("input", 1, 2, Inputs, Side, Side);

        // 27 products in float32, summed in another order.
        layer.call(input).ShouldBeNear(nn.functional.conv2d(input, weight, padding: [1L, 1L]) * 0.5, 1e-5);
    }

    private static DeformableConv Layer(int stride)
    {
        var layer = new DeformableConv(Inputs, Outputs, stride);
        using var noGrad = no_grad();
        StateEntries.Of(layer).Single(entry => entry.Key == "weight").Value.copy_(TestTensors.Of("weight", 0.5f, Outputs, Inputs, 3, 3));
        layer.Offsets.Weight.copy_(TestTensors.Of("offset weight", 0.5f, 27, Inputs, 3, 3));
        layer.Offsets.Bias!.copy_(TestTensors.Of("offset bias", 0.5f, 27));
        return layer;
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();
}
