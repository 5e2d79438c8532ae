using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class CoordConvTests
{
    // Four channels go through libtorch, sixteen through the own product.
    [Theory]
    [InlineData(4, 3, 5)]
    [InlineData(4, 13, 2)]
    [InlineData(16, 3, 5)]
    [InlineData(16, 13, 2)]
    public void Appends_x_and_then_y_from_minus_1_to_1(int inputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = HandingOn(inputs);
        var input = TestTensors.Of("map", 1, 2, inputs, height, width);

        var output = layer.call(input);

        output.narrow(1, 0, inputs).ShouldEqual(input, "input");
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                output[1, inputs, y, x].item<float>().Should().Be(Coordinate(x, width));
                output[1, inputs + 1, y, x].item<float>().Should().Be(Coordinate(y, height));
            }
        }
    }

    [Theory]
    [InlineData(4, 1, 3)]
    [InlineData(4, 3, 1)]
    [InlineData(16, 1, 3)]
    [InlineData(16, 3, 1)]
    public void Has_no_coordinate_in_a_single_cell(int inputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = HandingOn(inputs);

        layer.call(zeros(1, inputs, height, width)).isnan().all().item<bool>().Should().BeTrue("0 / 0 is what the reference divides");
    }

    /// <summary>arange(n) / (n - 1) * 2 - 1, rounded to float32 at each step.</summary>
    private static float Coordinate(int i, int n)
    {
        var share = i / (n - 1f);
        var doubled = share * 2f;
        return doubled - 1f;
    }

    /// <summary>A layer whose 1x1 convolution and norm hand every channel on unchanged.</summary>
    private static CoordConv HandingOn(int inputs)
    {
        var layer = new CoordConv(inputs, inputs + 2, 1, Activation.None, NetworkPresets.R50Vd with { NormEpsilon = 0 });
        layer.eval();
        using var noGrad = no_grad();
        StateEntries
            .Of(layer)
            .Single(entry => entry.Key == "conv.conv.weight")
            .Value.copy_(eye(inputs + 2).view(inputs + 2, inputs + 2, 1, 1));
        return layer;
    }
}
