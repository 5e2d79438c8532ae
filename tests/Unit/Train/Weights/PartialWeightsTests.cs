using PPYolo.Align.Tensors;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Weights;

public class PartialWeightsTests
{
    [Fact]
    public void Takes_what_fits_by_name_shape_and_type_and_lists_the_rest()
    {
        var start = Set(
            ("same", TensorData.Of<float>([1, 2], 2)),
            ("shape", TensorData.Of<float>([1, 2], 2)),
            ("type", TensorData.Of<float>([1, 2], 2)),
            ("mine", TensorData.Of<float>([5], 1))
        );
        var checkpoint = Set(
            ("theirs", TensorData.Scalar(1f)),
            ("type", TensorData.Of<double>([3, 4], 2)),
            ("shape", TensorData.Of<float>([3, 4, 5], 3)),
            ("same", TensorData.Of<float>([3, 4], 2))
        );

        var partial = PartialWeights.Take(start, checkpoint);

        partial.Weights.Names.Should().Equal("same", "shape", "type", "mine");
        partial.Weights["same"].As<float>().ToArray().Should().Equal(3, 4);
        partial.Weights["shape"].As<float>().ToArray().Should().Equal(1, 2);
        partial.Weights["type"].As<float>().ToArray().Should().Equal(1, 2);
        partial.Taken.Should().Equal("same");
        partial.OtherShape.Should().Equal("shape (float32 3 there, float32 2 here)", "type (float64 2 there, float32 2 here)");
        partial.Missing.Should().Equal("mine");
        partial.Unused.Should().Equal("theirs");
        partial
            .Describe("a.pth")
            .Should()
            .StartWith("a.pth: 1 of 4 entries taken over")
            .And.Contain("    mine")
            .And.Contain("    theirs")
            .And.Contain("    shape (");
    }

    private static NamedTensors Set(params (string Name, TensorData Tensor)[] entries)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in entries)
        {
            tensors.Add(name, tensor);
        }

        return tensors;
    }
}
