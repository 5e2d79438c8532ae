using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Normalization;

/// <summary>The statistics of a batch, per channel, in float64.</summary>
/// <param name="Count">The number of values of each channel, over all who train on parts of the batch.</param>
/// <param name="Mean">(C).</param>
/// <param name="Variance">(C), biased.</param>
/// <param name="InverseDeviation">(C), 1 / sqrt(variance + epsilon).</param>
internal sealed record BatchStatistics(double Count, Tensor Mean, Tensor Variance, Tensor InverseDeviation)
{
    /// <summary>Computes them.</summary>
    /// <exception cref="ArgumentException">A channel has a single value, whose variance says nothing.</exception>
    public static BatchStatistics Of(Tensor input, double epsilon, IStatisticsReduction? reduction)
    {
        var sums = NormMath.For(input).Sums(input);
        double count = input.shape[0] * input.shape[2] * input.shape[3];
        if (reduction is not null)
        {
            // The count travels with the sums: parts need not be equally large.
            var packed = cat([sums.flatten(), tensor(new[] { count }, device: input.device)]);
            reduction.Sum(packed);
            count = packed[-1].item<double>();
            sums = packed.narrow(0, 0, 2 * input.shape[1]).view(2, -1);
        }

        if (count < 2)
        {
            throw new ArgumentException($"a norm needs more than one value per channel in training, found one in a map of shape {string.Join('x', input.shape)}", nameof(input));
        }

        var mean = sums[0] / count;
        var variance = ((sums[1] / count) - (mean * mean)).clamp(min: 0);
        return new(count, mean, variance, (variance + epsilon).rsqrt());
    }
}
