using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
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
        CpuPath.HasKernels(input) && input.dtype == ScalarType.Float32
            ? DeformableColumns.apply(input, offset, mask, (long)stride)
            : ColumnsByCorners(input, offset, mask, stride);

    /// <summary>
    /// The same by operators that every device and floating-point type has. Corners are whole numbers before anything is rounded: the
    /// coordinates of grid_sample would put a sample that is just on a pixel a little before it, where its offset has another gradient.
    /// Gradients of the input are added up by index_put, which sorts on a card, so that their order is always the same; index_add, gather
    /// and grid_sample add in any order there.
    /// </summary>
    public static Tensor ColumnsByCorners(Tensor input, Tensor offset, Tensor mask, int stride)
    {
        using var scope = NewDisposeScope();
        long batch = input.shape[0],
            channels = input.shape[1],
            height = input.shape[2],
            width = input.shape[3],
            rows = offset.shape[2],
            columns = offset.shape[3];
        var q = Scalars.Range(Points, ScalarType.Int64, input.device);
        var pairs = offset.permute(0, 2, 3, 1).reshape(batch, rows, columns, Points, 2);
        var down = CornerAxis.Of(pairs.select(4, 0), Cells(rows).view(1, rows, 1, 1), q.div(Scalars.Of(3), RoundingMode.floor), height);
        var across = CornerAxis.Of(pairs.select(4, 1), Cells(columns).view(1, 1, columns, 1), q.remainder(Scalars.Of(3)), width);
        // A ring of zeros is what a corner outside the image meets.
        var pixels = nn.functional.pad(input.permute(0, 2, 3, 1), [0, 0, 1, 1, 1, 1]).reshape(-1, channels);
        var image = (Scalars.Range(batch, ScalarType.Int64, input.device) * Scalars.Of((height + 2) * (width + 2))).view(batch, 1, 1, 1);
        var share = mask.permute(0, 2, 3, 1);
        Tensor? sum = null;
        foreach (var (row, vertical) in down.Neighbours)
        {
            foreach (var (column, horizontal) in across.Neighbours)
            {
                var pixel = (row * Scalars.Of(width + 2)).Plus(column).Plus(image);
                var corner = pixels.index(TensorIndex.Tensor(pixel)) * (share * vertical * horizontal).unsqueeze(4);
                sum = sum is null ? corner : sum.Plus(corner);
            }
        }

        return sum!.reshape(batch, rows, columns, Points * channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();

        Tensor Cells(long count) => Scalars.Range(count, input.dtype, input.device) * Scalars.Of(stride);
    }
}
