using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// Deformable sampling on the CPU as one differentiable operation over channels-last memory. Gradients at sampling points on the border
/// follow torchvision's operator: every corner inside the image counts, also where the value is 0.
/// </summary>
internal sealed unsafe class DeformableColumns : Operation<DeformableColumns>
{
    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        using var scope = NewDisposeScope();
        var input = TensorMemory.ChannelsLast((Tensor)arguments[0]);
        var offset = TensorMemory.ChannelsLast((Tensor)arguments[1]);
        var mask = TensorMemory.ChannelsLast((Tensor)arguments[2]);
        var geometry = Geometry.Of(input, offset, (int)(long)arguments[3]);
        var columns = empty(geometry.Batch, geometry.Rows, geometry.Columns, DeformableSampling.Points * geometry.Channels);
        DeformableKernel.Forward(geometry, Floats(input), Floats(offset), Floats(mask), Floats(columns), get_num_threads());
        if (Array.Exists(arguments, value => value is Tensor { requires_grad: true }))
        {
            // The node takes its own references when this function has returned; ours go with the caller's scope.
            ctx.save_for_backward([input.MoveToOuterDisposeScope(), offset.MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope()]);
            ctx.save_data("stride", arguments[3]);
        }

        return columns.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        Tensor input = saved[0],
            offset = saved[1],
            mask = saved[2];
        var gradInput = zeros_like(input);
        var gradOffset = zeros_like(offset);
        var gradMask = zeros_like(mask);
        var columns = TensorMemory.ChannelsLast(gradient);
        var geometry = Geometry.Of(input, offset, (int)(long)ctx.get_data("stride"));
        DeformableKernel.Backward(
            geometry,
            Floats(input),
            Floats(offset),
            Floats(mask),
            Floats(columns),
            Floats(gradInput),
            Floats(gradOffset),
            Floats(gradMask),
            get_num_threads()
        );
        return [gradInput.permute(0, 3, 1, 2), gradOffset.permute(0, 3, 1, 2), gradMask.permute(0, 3, 1, 2), null!];
    }

    private static float* Floats(Tensor tensor) => TensorMemory.Address<float>(tensor);

    /// <summary>Extents of one sampling.</summary>
    internal readonly record struct Geometry(int Batch, int Height, int Width, int Channels, int Rows, int Columns, int Stride)
    {
        /// <summary>Output cells of an image.</summary>
        public int Cells => Rows * Columns;

        /// <summary>Floats of an image.</summary>
        public long ImageSize => (long)Height * Width * Channels;

        public static Geometry Of(Tensor input, Tensor offset, int stride) =>
            new(
                (int)input.shape[0],
                (int)input.shape[1],
                (int)input.shape[2],
                (int)input.shape[3],
                (int)offset.shape[1],
                (int)offset.shape[2],
                stride
            );
    }
}
