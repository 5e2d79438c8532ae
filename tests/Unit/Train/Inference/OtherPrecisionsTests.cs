using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Inference;

/// <summary>Weights that are not float32, or not finite.</summary>
public sealed class OtherPrecisionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Float64)]
    public void Weights_of_another_precision_are_converted_with_a_note(ElementType type)
    {
        using (var network = TestTensors.Network(NetworkPresets.R18Vd))
        {
            TensorFile.Write(folder.File("w.pth"), NetworkState.Save(network).WithFloats(type, out _));
        }

        var notes = new List<string>();
        ModelWeights.Detector(folder.File("w.pth"), NetworkPresets.R18Vd, note: notes.Add).Dispose();

        notes.Should().ContainSingle().Which.Should().EndWith($"tensors of {type.Name()} were converted to float32");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_finite_is_named(float value)
    {
        const string Name = "yolo_head.yolo_output_0.bias";
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        var weights = new NamedTensors();
        foreach (var (name, tensor) in NetworkState.Save(network))
        {
            weights.Add(name, name == Name ? TensorData.Of<float>([value, .. new float[tensor.Count - 1]], tensor.Count) : tensor);
        }

        TensorFile.Write(folder.File("w.pth"), weights);

        FluentActions
            .Invoking(() => ModelWeights.Detector(folder.File("w.pth"), NetworkPresets.R18Vd))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*w.pth: expected finite weights, found weight '{Name}'*");
    }
}
