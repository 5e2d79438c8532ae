using PPYolo.Kernels.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Deformable;

/// <summary>The sampling half of a deformable convolution: input, offsets and masks to the columns that its weight multiplies.</summary>
public static class DeformableSampling
{
    /// <summary>Points of the kernel, which is 3x3.</summary>
    public const int Points = 9;

    /// <summary>Samples the input at every kernel point of every output cell.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="offset">(B,18,Ho,Wo): channel 2q down, 2q+1 across.</param>
    /// <param name="mask">(B,9,Ho,Wo), the weight of each sample.</param>
    /// <param name="stride">Input cells per output cell.</param>
    /// <returns>(B,9C,Ho,Wo), channel q*C + c.</returns>
    public static Tensor Columns(Tensor input, Tensor offset, Tensor mask, int stride) =>
        input.device_type == DeviceType.CPU && input.dtype == ScalarType.Float32
            ? DeformableColumns.apply(input, offset, mask, (long)stride)
            : ColumnsByGridSample(input, offset, mask, stride);

    /// <summary>The same through grid_sample: any device and floating-point type, and the yardstick of the CPU kernel.</summary>
    public static Tensor ColumnsByGridSample(Tensor input, Tensor offset, Tensor mask, int stride)
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
