using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong norms.</summary>
internal static class NormFreshFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "norms divide by the unbiased deviation",
            FaultFamily.Norm,
            PlantedFault.None,
            Spread((_, variance, count) => variance * Scalars.Of(count / (count - 1))),
            "0 forward backbone.conv1.conv1_1"
        ),
        new(
            "epsilon added to the deviation, not to the variance",
            FaultFamily.Norm,
            ["norm-epsilon", PlantedFault.None],
            Spread((epsilon, variance, _) => variance.sqrt().Plus(Scalars.Of(epsilon)).pow(Scalars.Of(2)) - Scalars.Of(epsilon)),
            "0 forward backbone.conv1.conv1_1"
        ),
        new(
            "running statistics are the mean of all batches",
            FaultFamily.Norm,
            ["norm-momentum", PlantedFault.None],
            Plant.Timed(
                (parts, iteration) =>
                    parts with
                    {
                        Losses = (images, boxes, targets) =>
                        {
                            foreach (var norm in parts.Network.modules().OfType<BatchNorm>())
                            {
                                norm.Momentum = 1.0 / (iteration() + 1);
                            }

                            return parts.Losses(images, boxes, targets);
                        },
                    }
            ),
            "0 buffers *"
        ),
    ];

    /// <summary>Norms that normalize with another variance, given epsilon, the biased variance and the number of values.</summary>
    private static Alteration Spread(Func<double, Tensor, double, Tensor> change) =>
        Plant.Layers<ConvNorm>(
            _ => true,
            layer =>
            {
                var norm = (BatchNorm)Plant.Get(layer, "norm")!;
                var statistics = new OtherSpread((variance, count) => change(norm.Epsilon, variance, count));
                norm.Reduction = statistics;
                var running = (Tensor)Plant.Get(norm, "runningVariance")!;
                Tensor? before = null;
                layer.register_forward_pre_hook(
                    (_, input) =>
                    {
                        before?.Dispose();
                        before = running.clone().DetachFromDisposeScope();
                        return input;
                    }
                );
                layer.register_forward_hook(
                    (_, _, output) =>
                    {
                        using var noGrad = no_grad();
                        // Running statistics take in the right variance: it is the normalization that is wrong.
                        running.copy_(
                            (before!.to(ScalarType.Float64) * Scalars.Of(1 - norm.Momentum)).Plus(
                                statistics.Unbiased * Scalars.Of(norm.Momentum)
                            )
                        );
                        return output;
                    }
                );
            }
        );

    /// <summary>First come sums and the count, then squared deviations, and on the way back two rows of sums.</summary>
    private sealed class OtherSpread(Func<Tensor, double, Tensor> change) : IStatisticsReduction
    {
        private double? count;

        public Tensor Unbiased { get; private set; } = zeros(1);

        public void Sum(Tensor sums)
        {
            if (sums.dim() > 1)
            {
                return;
            }

            if (count is not { } values)
            {
                count = sums[-1].item<double>();
                return;
            }

            Unbiased.Dispose();
            Unbiased = (sums / Scalars.Of(values - 1)).DetachFromDisposeScope();
            sums.copy_(change(sums / Scalars.Of(values), values) * Scalars.Of(values));
            count = null;
        }
    }
}
