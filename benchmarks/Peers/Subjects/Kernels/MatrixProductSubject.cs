using PPYolo.Peers.Measuring;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>A product of square float32 matrices by libtorch.</summary>
internal sealed class MatrixProductSubject(long side) : ISubject
{
    private readonly Tensor left = randn(side, side),
        right = randn(side, side);

    /// <summary>Operations of a product.</summary>
    public static double Flops(long side) => 2.0 * side * side * side;

    public void Run() => mm(left, right).Dispose();

    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }
}
