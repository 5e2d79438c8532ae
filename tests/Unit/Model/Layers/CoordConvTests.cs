using PPYolo.Model;
using PPYolo.Model.Layers;
using PPYolo.Model.State;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class CoordConvTests
{
    private const int Inputs = 4;

    [Theory]
    [InlineData(3, 5)]
    [InlineData(13, 2)]
    public void Appends_x_and_then_y_from_minus_1_to_1(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = HandingOn();
        var input = TestTensors.Of("map", 1, 2, Inputs, height, width);

        var output = layer.call(input);

        output.narrow(1, 0, Inputs).ShouldEqual(input, "input");
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                output[1, Inputs, y, x].item<float>().Should().Be(Coordinate(x, width));
                output[1, Inputs + 1, y, x].item<float>().Should().Be(Coordinate(y, height));
            }
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public void Has_no_coordinate_in_a_single_cell(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var layer = HandingOn();

        layer.call(zeros(1, Inputs, height, width)).isnan().all().item<bool>().Should().BeTrue("0 / 0 is what the reference divides");
    }

    /// <summary>arange(n) / (n - 1) * 2 - 1, rounded to float32 at each step.</summary>
    private static float Coordinate(int i, int n)
    {
        var share = i / (n - 1f);
        var doubled = share * 2f;
        return doubled - 1f;
    }

    /// <summary>A layer whose 1x1 convolution and norm hand every channel on unchanged.</summary>
    private static CoordConv HandingOn()
    {
        var layer = new CoordConv(Inputs, Inputs + 2, 1, Activation.None, NetworkPresets.R50Vd with { NormEpsilon = 0 });
        layer.eval();
        using var noGrad = no_grad();
        StateDict.Of(layer).Single(entry => entry.Key == "conv.conv.weight").Value.copy_(eye(Inputs + 2).view(Inputs + 2, Inputs + 2, 1, 1));
        return layer;
    }
}
