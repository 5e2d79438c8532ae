using PPYolo.Kernels.Elementwise;
using PPYolo.Model.Layers;
using PPYolo.Peers.Measuring;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>Forward and backward of a batch norm with leaky ReLU, batch 8, that trains: our layer, or libtorch's two operations.</summary>
internal sealed class NormSubject : ISubject
{
    private readonly BatchNorm norm;
    private readonly Tensor mean,
        variance,
        weight,
        bias,
        input,
        gradient;
    private readonly bool plain;

    public NormSubject(long channels, long side, bool plain)
    {
        this.plain = plain;
        norm = new(channels, 0.1, 1e-5);
        mean = zeros(channels);
        variance = ones(channels);
        weight = ones(channels).requires_grad_(true);
        bias = zeros(channels).requires_grad_(true);
        input = randn(8, channels, side, side).requires_grad_(true);
        gradient = randn(8, channels, side, side);
    }

    public void Run()
    {
        using var scope = NewDisposeScope();
        var output = plain
            ? nn.functional.leaky_relu(
                nn.functional.batch_norm(input, mean, variance, weight, bias, training: true, 0.1, 1e-5),
                0.1,
                inplace: true
            )
            : norm.Normalize(input, Activation.LeakyRelu);
        output.backward([gradient]);
        input.grad = null;
    }

    public void Dispose() => norm.Dispose();
}
