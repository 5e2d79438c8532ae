using PPYolo.Kernels.Normalization;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>What two ranks do wrong.</summary>
internal static class RanksFreshFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "norms average the ranks' variances",
            FaultFamily.Ranks,
            PlantedFault.None,
            new()
            {
                Parts = parts =>
                {
                    foreach (var norm in parts.Network.modules().OfType<BatchNorm>())
                    {
                        norm.Reduction = new AveragedVariances(norm.Reduction!);
                    }

                    return parts;
                },
            },
            "0 forward backbone.conv1.conv1_1",
            2
        ),
        new(
            "each rank clips by the norm of its own gradient",
            FaultFamily.Ranks,
            [PlantedFault.None, "clipping-other"],
            new()
            {
                Parts = parts =>
                {
                    double[]? own = null;
                    return parts with
                    {
                        Reduce = () =>
                        {
                            own = parts.GradientNorms();
                            parts.Reduce();
                        },
                        GradientNorms = () => own,
                    };
                },
            },
            "0 momentum *",
            2
        ),
        new(
            "rank 1's gradient comes an iteration late",
            FaultFamily.Ranks,
            [PlantedFault.None, "reduction-other"],
            new()
            {
                Parts = parts =>
                {
                    var last = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                    return parts with
                    {
                        Reduce = () =>
                        {
                            if (parts.Ranks.Rank == 1)
                            {
                                Delay(parts, last);
                            }

                            parts.Reduce();
                        },
                    };
                },
            },
            "1 reduction *",
            2
        ),
    ];

    private static void Delay(StepParts parts, Dictionary<string, Tensor> last)
    {
        using var noGrad = no_grad();
        foreach (var entry in parts.Entries.Where(entry => entry.IsTrainable))
        {
            var gradient = entry.Value.grad!;
            var own = gradient.clone().DetachFromDisposeScope();
            if (last.TryGetValue(entry.Key, out var before))
            {
                gradient.copy_(before);
                before.Dispose();
            }

            last[entry.Key] = own;
        }
    }

    /// <summary>The squared distances of a rank's mean from that of all are left out.</summary>
    private sealed class AveragedVariances(IStatisticsReduction right) : IStatisticsReduction
    {
        private Tensor? missing;

        public void Sum(Tensor sums)
        {
            if (sums.dim() > 1)
            {
                right.Sum(sums);
            }
            else if (missing is null)
            {
                using var own = sums.clone();
                right.Sum(sums);
                var channels = sums.shape[0] - 1;
                var distance = (own.narrow(0, 0, channels) / own[-1]) - (sums.narrow(0, 0, channels) / sums[-1]);
                missing = (distance * distance * own[-1]).DetachFromDisposeScope();
            }
            else
            {
                sums.sub_(missing);
                missing.Dispose();
                missing = null;
                right.Sum(sums);
            }
        }
    }
}
