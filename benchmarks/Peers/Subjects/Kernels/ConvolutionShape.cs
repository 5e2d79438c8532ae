namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>A square convolution of stride 1 that keeps the size.</summary>
internal sealed record ConvolutionShape(long Images, long Inputs, long Outputs, long Kernel, long Side)
{
    /// <summary>Operations of a forward pass.</summary>
    public double Flops => 2.0 * Images * Inputs * Outputs * Kernel * Kernel * Side * Side;

    /// <inheritdoc />
    public override string ToString() => $"convolution {Kernel}x{Kernel}, {Inputs} to {Outputs}, {Side}x{Side}, {Images} images";
}
