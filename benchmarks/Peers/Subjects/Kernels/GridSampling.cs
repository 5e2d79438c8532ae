using PPYolo.Kernels.Deformable;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Kernels;

/// <summary>Deformable sampling as one would write it with grid_sample.</summary>
internal static class GridSampling
{
    private const int Points = DeformableSampling.Points;

    /// <inheritdoc cref="DeformableSampling.Columns" />
    public static Tensor Columns(Tensor input, Tensor offset, Tensor mask, int stride)
    {
        using var scope = NewDisposeScope();
        long batch = input.shape[0],
            channels = input.shape[1],
            height = input.shape[2],
            width = input.shape[3];
        long rows = offset.shape[2],
            columns = offset.shape[3];
        var options = (dtype: input.dtype, device: input.device);
        var q = Scalars.Range(Points, ScalarType.Int64, options.device);
        var ky = q.div(Scalars.Of(3), RoundingMode.floor).to(options.dtype).view(1, Points, 1, 1);
        var kx = q.remainder(Scalars.Of(3)).to(options.dtype).view(1, Points, 1, 1);
        var i = (Scalars.Range(rows, options.dtype, options.device) * Scalars.Of(stride)).view(1, 1, rows, 1);
        var j = (Scalars.Range(columns, options.dtype, options.device) * Scalars.Of(stride)).view(1, 1, 1, columns);
        var pairs = offset.reshape(batch, Points, 2, rows, columns);
        var y = pairs.select(2, 0).Plus((i - Scalars.One).Plus(ky));
        var x = pairs.select(2, 1).Plus((j - Scalars.One).Plus(kx));
        var grid = stack([ToGrid(x, width), ToGrid(y, height)], dim: 4).reshape(batch, Points * rows, columns, 2);
        var sampled = nn.functional.grid_sample(input, grid, align_corners: false).view(batch, channels, Points, rows, columns);
        return (sampled * mask.unsqueeze(1))
            .permute(0, 2, 1, 3, 4)
            .reshape(batch, Points * channels, rows, columns)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Pixel coordinates to grid_sample's own, in which -1 and 1 are the outer edges of the border pixels.</summary>
    private static Tensor ToGrid(Tensor pixels, long extent) =>
        ((pixels * Scalars.Of(2)).Plus(Scalars.One) / Scalars.Of(extent)) - Scalars.One;
}
