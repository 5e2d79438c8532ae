using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// A convolution with a kernel of 3x3 (by <see cref="TiledConvolution"/>) or 1x1 (<see cref="PointwiseConvolution"/>), stride 1 and padding
/// that keeps the size, without bias, on the CPU, as one differentiable operation. A NaN or an infinite input leaves no finite number in
/// the cells that see it, as by the definition, and none that is not finite elsewhere.
/// </summary>
internal sealed unsafe class PanelConvolution : Operation<PanelConvolution>
{
    /// <summary>Tiles of an image from which on fewer products outweigh the transforms of kernels.</summary>
    private const int FewestTiles = 25;

    /// <summary>Channels, in and out, from which on products outweigh transforms of maps; and those that fill a vector.</summary>
    private const int FewestTiledChannels = 32,
        FewestChannels = PanelProduct.Lanes;

    /// <summary>
    /// Whether this is the quickest way for such a map and weight. It does not depend on the number of images, so that a batch and its
    /// parts are computed alike.
    /// </summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="weight">(K,C,kernel,kernel).</param>
    /// <param name="stride">Input cells per output cell.</param>
    public static bool Suits(Tensor input, Tensor weight, int stride) =>
        PanelProduct.IsQuick
        && stride == 1
        && CpuPath.HasKernels(input)
        && input.dtype == ScalarType.Float32
        && weight.dtype == ScalarType.Float32
        && weight.shape switch
        {
            [>= FewestTiledChannels, >= FewestTiledChannels, 3, 3] => Grid(input) is { Rows: var rows, Columns: var columns }
                && rows * columns >= FewestTiles,
            [>= FewestChannels, >= FewestChannels, 1, 1] => true,
            _ => false,
        };

    /// <summary>Convolves.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="weight">(K,C+S,kernel,kernel).</param>
    /// <param name="shared">(S,H,W): channels that follow those of each image; null where S is 0. They get no gradient.</param>
    /// <returns>(B,K,H,W), contiguous.</returns>
    public static Tensor Apply(Tensor input, Tensor weight, Tensor? shared = null) =>
        is_grad_enabled() && (input.requires_grad || weight.requires_grad)
            ? apply(input, weight, shared!)
            : Convolve(input, weight, shared);

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        Tensor input = (Tensor)arguments[0],
            weight = (Tensor)arguments[1];
        var shared = arguments[2] as Tensor;
        ctx.save_for_backward([input, weight, shared!]);
        ctx.save_data("input", input.requires_grad);
        ctx.save_data("weight", weight.requires_grad);
        return Convolve(input, weight, shared);
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        using var contiguous = gradient.contiguous();
        return
        [
            (bool)ctx.get_data("input") ? InputGradient(saved[0].shape, saved[1], contiguous) : null!,
            (bool)ctx.get_data("weight") ? WeightsGradient(saved[0], saved[1].shape, saved[2], contiguous) : null!,
            null!,
        ];
    }

    private static Tensor Convolve(Tensor input, Tensor weight, Tensor? shared)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Apply(
                Planes(input.contiguous(), shared?.contiguous()),
                Grid(input),
                weight.contiguous(),
                (int)weight.shape[0],
                gradient: false
            )
            .MoveToOuterDisposeScope();
    }

    private static Tensor InputGradient(long[] shape, Tensor weight, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return Apply(Planes(gradient, null), Grid(gradient), weight.contiguous(), (int)shape[1], gradient: true).MoveToOuterDisposeScope();
    }

    /// <summary>Maps to as many others: inputs to outputs, or the outputs' gradient to that of the first inputs.</summary>
    private static Tensor Apply(MapPlanes map, TileGrid grid, Tensor weight, int results, bool gradient)
    {
        var (channels, threads) = ((int)weight.shape[1], get_num_threads());
        var result = empty(grid.Batch, results, grid.Height, grid.Width);
        float* kernels = Floats(weight),
            output = Floats(result);
        var size = LeftFactor.Size(results, map.Count);
        var inputs = map.Count;
        if (weight.shape[2] == 1)
        {
            using var matrix = SharedFactors.Take(
                kernels,
                gradient,
                size,
                to => LeftFactor.Pack(kernels, results, inputs, gradient ? 1 : channels, gradient ? channels : 1, (float*)to, threads)
            );
            PointwiseConvolution.Apply(map, matrix.Address, output, grid, results, threads);
            return result;
        }

        using var points = SharedFactors.Take(
            kernels,
            gradient,
            16 * size,
            to =>
            {
                if (gradient)
                {
                    KernelTransform.ForGradients(kernels, inputs, channels, results, (float*)to, threads);
                }
                else
                {
                    KernelTransform.ForInputs(kernels, results, channels, (float*)to, threads);
                }
            }
        );
        TiledConvolution.Apply(map, points.Address, output, grid, results, threads);
        return result;
    }

    private static Tensor WeightsGradient(Tensor input, long[] shape, Tensor? shared, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var result = empty(shape);
        MapPlanes planes = Planes(input.contiguous(), shared?.contiguous()),
            gradients = Planes(gradient, null);
        if (shape[2] == 1)
        {
            PointwiseWeightGradient.Compute(planes, gradients, Floats(result), Grid(input), get_num_threads());
        }
        else
        {
            TiledWeightGradient.Compute(planes, gradients, Floats(result), Grid(input), get_num_threads());
        }

        return result.MoveToOuterDisposeScope();
    }

    private static MapPlanes Planes(Tensor map, Tensor? shared)
    {
        var cells = map.shape[2] * map.shape[3];
        var own = Floats(map);
        return shared is null
            ? new(own, (int)map.shape[0], (int)map.shape[1], cells)
            : new(own, (int)map.shape[0], (int)map.shape[1], cells, Floats(shared), (int)shared.shape[0]);
    }

    private static TileGrid Grid(Tensor map) => new((int)map.shape[0], (int)map.shape[2], (int)map.shape[3]);

    private static float* Floats(Tensor tensor) => TensorMemory.Address<float>(tensor);
}
