using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Peers.Measuring;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>
/// Forward and backward of a deformable convolution of 512 channels, batch 8, that trains: our layer, or the same by grid_sample.
/// </summary>
internal sealed class DeformableSubject : ISubject
{
    private const int Channels = 512,
        Points = DeformableConv.Points;

    private readonly DeformableConv layer = new(Channels, Channels, stride: 1);
    private readonly Tensor weight,
        input,
        gradient;
    private readonly bool gridSample;

    public DeformableSubject(long side, bool gridSample)
    {
        this.gridSample = gridSample;
        weight = layer.named_parameters().Single(entry => entry.name == "weight").parameter;
        using (no_grad())
        {
            layer.Offsets.Weight.normal_(0, 0.01);
            weight.normal_(0, 0.01);
        }

        input = randn(8, Channels, side, side).requires_grad_(true);
        gradient = randn(8, Channels, side, side);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        var output = gridSample ? ByGridSample() : layer.call(input);
        output.backward([gradient]);
        BackwardPass.Finish();
        input.grad = null;
        foreach (var parameter in layer.parameters().Concat(layer.Offsets.parameters()))
        {
            parameter.grad = null;
        }
    }

    public void Dispose() => layer.Dispose();

    private Tensor ByGridSample()
    {
        // Plain operators alone: the layer's offsets would come from this project's own convolution.
        var predicted = nn.functional.conv2d(input, layer.Offsets.Weight, layer.Offsets.Bias, padding: [1, 1]);
        var columns = GridSampling.Columns(input, predicted.narrow(1, 0, 2 * Points), predicted.narrow(1, 2 * Points, Points).sigmoid(), 1);
        return nn.functional.conv2d(columns, weight.permute(0, 2, 3, 1).reshape(Channels, Points * Channels, 1, 1));
    }
}
