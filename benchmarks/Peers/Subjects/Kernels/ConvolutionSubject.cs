using PPYolo.Peers.Measuring;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>A convolution's forward pass by libtorch: what the processor does on work that a network consists of.</summary>
internal sealed class ConvolutionSubject(ConvolutionShape shape) : ISubject
{
    private readonly Tensor input = randn(shape.Images, shape.Inputs, shape.Side, shape.Side);
    private readonly Tensor kernel = randn(shape.Outputs, shape.Inputs, shape.Kernel, shape.Kernel);

    public void Run()
    {
        using var noGrad = no_grad();
        using var output = nn.functional.conv2d(input, kernel, padding: [shape.Kernel / 2, shape.Kernel / 2]);
    }

    public void Dispose()
    {
        input.Dispose();
        kernel.Dispose();
    }
}
