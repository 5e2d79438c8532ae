using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Normalization;

/// <summary>
/// The statistics of a batch, per channel. Sums are float64; what follows from them is rounded to the map's type, in libtorch's order.
/// </summary>
/// <param name="Count">The number of values of each channel, over all who train on parts of the batch.</param>
/// <param name="Mean">(C).</param>
/// <param name="SquaredDeviations">(C), the sum of squared differences from the mean.</param>
/// <param name="InverseDeviation">(C), 1 / sqrt(biased variance + epsilon).</param>
internal sealed record BatchStatistics(double Count, Tensor Mean, Tensor SquaredDeviations, Tensor InverseDeviation)
{
    /// <summary>Computes them.</summary>
    /// <exception cref="ArgumentException">A channel has a single value, whose variance says nothing.</exception>
    public static BatchStatistics Of(Tensor input, double epsilon, IStatisticsReduction? reduction)
    {
        var math = NormMath.For(input);
        long channels = input.shape[1];
        double count = input.numel() / channels;
        Tensor mean,
            squared;
        if (reduction is null)
        {
            ThrowUnlessSeveral(count, input);
            (mean, squared) = math.Moments(input);
        }
        else
        {
            // The count travels with the sums: parts need not be equally large.
            var packed = cat([math.Sums(input), tensor(new[] { count }, device: input.device)]);
            reduction.Sum(packed);
            count = HostRead.Elements<double>(packed[-1])[0];
            ThrowUnlessSeveral(count, input);
            mean = (packed.narrow(0, 0, channels) / Scalars.Of(count)).to(input.dtype);
            squared = math.SquaredDeviations(input, mean);
            reduction.Sum(squared);
        }

        squared = squared.to(input.dtype);
        var inverse = (squared / Scalars.Of(count)).to(ScalarType.Float64).Plus(Scalars.Of(epsilon)).rsqrt();
        return new(count, mean, squared, inverse.to(input.dtype));
    }

    private static void ThrowUnlessSeveral(double count, Tensor input)
    {
        if (count < 2)
        {
            throw new ArgumentException(
                $"a norm needs more than one value per channel in training, found one in a map of shape {string.Join('x', input.shape)}",
                nameof(input)
            );
        }
    }
}
