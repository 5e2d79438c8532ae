using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Convolutions;

/// <summary>
/// A 3x3 convolution, stride 1 and padding 1, without bias, on the CPU: <see cref="TiledConvolution"/> as one differentiable operation. A NaN or an infinite input leaves no finite number in the cells that
/// see it, as by the definition, and none that is not finite elsewhere.
/// </summary>
internal sealed unsafe class WinogradConvolution : Operation<WinogradConvolution>
{
    /// <summary>Tiles of an image from which on fewer products outweigh the transforms of kernels.</summary>
    private const int FewestTiles = 25;

    private const int FewestChannels = 16;

    /// <summary>Whether this is the quickest way for such a map and weight. It does not depend on the number of images, so that a batch and its parts are computed alike.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="weight">(K,C,kernel,kernel).</param>
    /// <param name="stride">Input cells per output cell.</param>
    public static bool Suits(Tensor input, Tensor weight, int stride) =>
        PanelProduct.IsQuick && stride == 1 && input.device_type == DeviceType.CPU && input.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32
        && weight.shape is [>= FewestChannels, >= FewestChannels, 3, 3] && Grid(input) is { Rows: var rows, Columns: var columns } && rows * columns >= FewestTiles;

    /// <summary>Convolves.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="weight">(K,C,3,3).</param>
    /// <returns>(B,K,H,W), contiguous.</returns>
    public static Tensor Apply(Tensor input, Tensor weight) =>
        is_grad_enabled() && (input.requires_grad || weight.requires_grad) ? apply(input, weight) : Convolve(input, weight);

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        Tensor input = (Tensor)arguments[0], weight = (Tensor)arguments[1];
        ctx.save_for_backward([input, weight]);
        ctx.save_data("input", input.requires_grad);
        ctx.save_data("weight", weight.requires_grad);
        return Convolve(input, weight);
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        using var contiguous = gradient.contiguous();
        return [
            (bool)ctx.get_data("input") ? InputGradient(saved[1], contiguous) : null!,
            (bool)ctx.get_data("weight") ? WeightsGradient(saved[0], contiguous, saved[1].shape) : null!];
    }

    private static Tensor Convolve(Tensor input, Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var points = empty(16 * KernelTransform.PointSize(outputs, inputs));
        KernelTransform.ForInputs(Floats(weight.contiguous()), outputs, inputs, Floats(points), get_num_threads());
        return Apply(input.contiguous(), points, inputs, outputs).MoveToOuterDisposeScope();
    }

    private static Tensor InputGradient(Tensor weight, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var points = empty(16 * KernelTransform.PointSize(inputs, outputs));
        KernelTransform.ForGradients(Floats(weight.contiguous()), outputs, inputs, Floats(points), get_num_threads());
        return Apply(gradient, points, outputs, inputs).MoveToOuterDisposeScope();
    }

    private static Tensor Apply(Tensor map, Tensor points, int inputs, int outputs)
    {
        var result = empty(map.shape[0], outputs, map.shape[2], map.shape[3]);
        TiledConvolution.Apply(Floats(map), Floats(points), Floats(result), Grid(map), inputs, outputs, get_num_threads());
        return result;
    }

    private static Tensor WeightsGradient(Tensor input, Tensor gradient, long[] shape)
    {
        using var scope = NewDisposeScope();
        var result = empty(shape);
        WeightGradient.Compute(Floats(input.contiguous()), Floats(gradient), Floats(result), Grid(input), (int)shape[1], (int)shape[0], get_num_threads());
        return result.MoveToOuterDisposeScope();
    }

    private static TileGrid Grid(Tensor map) => new((int)map.shape[0], (int)map.shape[2], (int)map.shape[3]);

    private static float* Floats(Tensor tensor) => TensorMemory.Address<float>(tensor);
}
