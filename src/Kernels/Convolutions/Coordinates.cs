using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Convolutions;

/// <summary>Where a map's cells are (CoordConv, arXiv:1807.03247).</summary>
internal static class Coordinates
{
    /// <summary>(2,H,W): x and then y, from -1 to 1.</summary>
    /// <param name="map">(B,C,H,W), whose type and device the result has.</param>
    public static Tensor Of(Tensor map)
    {
        using var scope = NewDisposeScope();
        long height = map.shape[2],
            width = map.shape[3];
        var x = Axis(width, map).view(1, width).expand(height, width);
        var y = Axis(height, map).view(height, 1).expand(height, width);
        return stack([x, y]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// arange(n) / (n-1) * 2 - 1 in float32. With a single cell this is 0/0, as in the reference: images under 64 pixels have no
    /// coordinates.
    /// </summary>
    private static Tensor Axis(long n, Tensor like) =>
        Scalars.Range(n, like.dtype, like.device).div_(Scalars.Of(n - 1.0)).mul_(Scalars.Of(2.0)).sub_(Scalars.One);
}
