using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Kinks;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// Batch normalization in training, with the activation that follows it, as one differentiable operation. Statistics may be those of a
/// batch that is spread over several trainers: the sums, and in the backward pass the sums of gradients, go through an <see
/// cref="IStatisticsReduction"/>, weighed by the number of values.
/// </summary>
internal sealed class BatchNormFunction : Operation<BatchNormFunction>
{
    /// <summary>Normalizes.</summary>
    /// <param name="input">(B,C,H,W).</param>
    /// <param name="weight">(C).</param>
    /// <param name="bias">(C).</param>
    /// <param name="statistics">The batch's mean and variance, from <see cref="BatchStatistics.Of"/>.</param>
    /// <param name="activation">What follows.</param>
    /// <param name="reduction">Who else trains on parts of the batch, or null.</param>
    public static Tensor Apply(
        Tensor input,
        Tensor weight,
        Tensor bias,
        BatchStatistics statistics,
        Activation activation,
        IStatisticsReduction? reduction
    ) => apply(input, weight, bias, statistics.Mean, statistics.InverseDeviation, statistics.Count, activation, reduction!);

    /// <inheritdoc />
    protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
    {
        Tensor input = (Tensor)arguments[0],
            weight = (Tensor)arguments[1],
            bias = (Tensor)arguments[2],
            mean = (Tensor)arguments[3],
            inverse = (Tensor)arguments[4];
        var activation = (Activation)arguments[6];
        using var scope = NewDisposeScope();
        var vectors = ChannelVectors.Of(mean, inverse, weight, bias);
        var output = NormMath.For(input).Normalize(input, vectors, activation);
        if (KinkWatch.IsOn && activation != Activation.None && NormMath.For(input) is CpuNormMath)
        {
            KinkWatch.SeeNorm(input, vectors.Scale, vectors.Shift, weight, bias, FusedActivation.Slope(activation));
        }

        ctx.save_for_backward([input, weight, bias, mean, inverse]);
        ctx.save_data("count", arguments[5]);
        ctx.save_data("activation", arguments[6]);
        ctx.save_data("reduction", arguments[7]);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
    {
        Tensor input = saved[0],
            weight = saved[1],
            bias = saved[2],
            mean = saved[3],
            inverse = saved[4];
        var activation = (Activation)ctx.get_data("activation");
        var math = NormMath.For(input);
        var vectors = ChannelVectors.Of(mean, inverse, weight, bias);
        var sums = math.GradientSums(input, gradient, vectors, activation);
        // A parameter's gradient stays that of the own part of the batch: gradients are averaged later, all in one place.
        var gradWeight = (sums[1] * inverse).to(weight.dtype);
        var gradBias = sums[0].to(bias.dtype);
        if (ctx.get_data("reduction") is IStatisticsReduction reduction)
        {
            sums = sums.clone();
            reduction.Sum(sums);
        }

        var count = Scalars.Of((double)ctx.get_data("count"));
        var meanGradient = (sums[0] / count).to(input.dtype);
        var slope = sums[1].to(input.dtype) * inverse * inverse / count;
        var gradInput = math.InputGradient(input, gradient, vectors, meanGradient, slope, activation);
        return [gradInput, gradWeight, gradBias, null!, null!, null!, null!, null!];
    }
}
