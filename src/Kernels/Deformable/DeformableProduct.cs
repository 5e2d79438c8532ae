using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Deformable;

/// <summary>
/// Deformable sampling and the product with the weight as one differentiable operation on the CPU: samples go from the cache into the
/// product, so that columns, nine times the input, are never in memory as a whole. Gradients at sampling points on the border are those of
/// <see cref="DeformableColumns"/>.
/// </summary>
internal sealed unsafe class DeformableProduct : Operation<DeformableProduct>
{
    /// <summary>Output cells of an image from which on less traffic outweighs packing the weight anew.</summary>
    private const int FewestCells = 64;

    /// <summary>
    /// Whether this is the quickest way for such maps. It does not depend on the number of images, so that a batch and its parts are
    /// computed alike.
    /// </summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="mask">(B,9,Ho,Wo).</param>
    /// <param name="weight">(K,C,3,3).</param>
    public static bool Suits(Tensor input, Tensor mask, Tensor weight) =>
        PanelProduct.IsQuick
        && CpuPath.HasKernels(input)
        && input.dtype == ScalarType.Float32
        && weight.dtype == ScalarType.Float32
        && mask.shape[2] * mask.shape[3] >= FewestCells;

    /// <summary>Samples and multiplies.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="offset">(B,18,Ho,Wo).</param>
    /// <param name="mask">(B,9,Ho,Wo).</param>
    /// <param name="weight">(K,C,3,3).</param>
    /// <param name="stride">Input cells per output cell.</param>
    /// <returns>(B,K,Ho,Wo), contiguous.</returns>
    public static Tensor Apply(Tensor input, Tensor offset, Tensor mask, Tensor weight, int stride) =>
        apply(input, offset, mask, weight, (long)stride);

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        using var scope = NewDisposeScope();
        Tensor input = TensorMemory.ChannelsLast((Tensor)arguments[0]),
            offset = TensorMemory.ChannelsLast((Tensor)arguments[1]),
            mask = TensorMemory.ChannelsLast((Tensor)arguments[2]),
            weight = (Tensor)arguments[3];
        var stride = (int)(long)arguments[4];
        var passes = Passes(input, offset, mask, weight, stride);
        var output = empty(input.shape[0], weight.shape[0], offset.shape[1], offset.shape[2]);
        using (var values = weight.detach())
        {
            passes.Forward(Floats(values.contiguous()), Floats(output));
        }

        if (Array.Exists(arguments, value => value is Tensor { requires_grad: true }))
        {
            // The node takes its own references when this function has returned; ours go with the caller's scope.
            ctx.save_for_backward([
                input.MoveToOuterDisposeScope(),
                offset.MoveToOuterDisposeScope(),
                mask.MoveToOuterDisposeScope(),
                weight,
            ]);
            ctx.save_data("stride", arguments[4]);
            ctx.save_data("weight", weight.requires_grad);
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        Tensor input = saved[0],
            offset = saved[1],
            mask = saved[2],
            weight = saved[3].contiguous();
        var passes = Passes(input, offset, mask, weight, (int)(long)ctx.get_data("stride"));
        Tensor gradInput = zeros_like(input),
            gradOffset = empty_like(offset),
            gradMask = empty_like(mask);
        var incoming = gradient.contiguous();
        passes.SamplesBackward(Floats(weight), Floats(incoming), Floats(gradInput), Floats(gradOffset), Floats(gradMask));
        Tensor? gradWeight = null;
        if ((bool)ctx.get_data("weight"))
        {
            gradWeight = empty(weight.shape);
            passes.WeightBackward(Floats(incoming), Floats(gradWeight));
        }

        return [gradInput.permute(0, 3, 1, 2), gradOffset.permute(0, 3, 1, 2), gradMask.permute(0, 3, 1, 2), gradWeight!, null!];
    }

    private static DeformablePasses Passes(Tensor input, Tensor offset, Tensor mask, Tensor weight, int stride) =>
        new(
            DeformableColumns.Geometry.Of(input, offset, stride),
            Floats(input),
            Floats(offset),
            Floats(mask),
            (int)weight.shape[0],
            get_num_threads()
        );

    private static float* Floats(Tensor tensor) => TensorMemory.Address<float>(tensor);
}
