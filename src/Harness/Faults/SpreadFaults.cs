using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>Norms that take another spread for the batch's.</summary>
internal static class SpreadFaults
{
    /// <summary>Norms divide by the root of the unbiased variance; running statistics are right.</summary>
    public static Alteration UnbiasedDeviation() =>
        new()
        {
            Parts = parts =>
            {
                var spreads = new List<(Tensor Running, BatchNorm Norm, Unbiased Spread)>();
                foreach (var (name, module) in parts.Network.named_modules())
                {
                    if (module is BatchNorm norm)
                    {
                        var spread = new Unbiased(norm.Reduction);
                        norm.Reduction = spread;
                        spreads.Add((parts.Entry($"{name}.running_var").Value, norm, spread));
                    }
                }

                return parts with
                {
                    Losses = (images, boxes, targets) => WithRunning(spreads, () => parts.Losses(images, boxes, targets)),
                };
            },
        };

    private static LossTerms WithRunning(List<(Tensor Running, BatchNorm Norm, Unbiased Spread)> spreads, Func<LossTerms> wrong)
    {
        var before = spreads.ConvertAll(one => one.Running.clone());
        var terms = wrong();
        using var noGrad = no_grad();
        foreach (var ((running, norm, spread), old) in spreads.Zip(before))
        {
            // The batch's share is too large by the factor that the norm divides by.
            var kept = old * Scalars.Of(1 - norm.Momentum);
            running.copy_(kept.Plus((running - kept) * Scalars.Of((spread.Count - 1) / spread.Count)));
        }

        return terms;
    }

    /// <summary>A norm asks for sums and their count, then for squared deviations, and on the way back for two rows of sums.</summary>
    private sealed class Unbiased(IStatisticsReduction? right) : IStatisticsReduction
    {
        private bool isCounted;

        /// <summary>How many values each channel last had, over all ranks.</summary>
        public double Count { get; private set; } = double.PositiveInfinity;

        public void Sum(Tensor sums)
        {
            right?.Sum(sums);
            if (sums.dim() > 1)
            {
                return;
            }

            if (isCounted)
            {
                sums.mul_(Scalars.Of(Count / (Count - 1)));
            }
            else
            {
                Count = sums[-1].item<double>();
            }

            isCounted = !isCounted;
        }
    }
}
