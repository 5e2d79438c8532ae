using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>What two ranks do wrong.</summary>
internal static class RanksBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "norms do not share their gradients' sums",
            FaultFamily.Ranks,
            ["norm-backward-per-rank"],
            Shared(reduction => new ForwardOnly(reduction)),
            "0 backward neck.yolo_block_1.tip.conv",
            2
        ),
        new(
            "last bucket not reduced",
            FaultFamily.Ranks,
            ["bucket-not-reduced", "reduction-other"],
            Unreduced(key => key.StartsWith("backbone.res3.", StringComparison.Ordinal)),
            "0 reduction backbone.res3.*",
            2
        ),
        new(
            "one bucket summed, not averaged",
            FaultFamily.Ranks,
            ["bucket-summed", "gradients-summed-over-ranks"],
            Reduced(parts =>
            {
                foreach (var entry in parts.Entries.Where(entry => entry.IsTrainable && Plain(entry.Key)))
                {
                    entry.Value.grad!.mul_(Scalars.Of(2.0));
                }
            }),
            "0 reduction backbone.res5.*",
            2
        ),
        new(
            "gradient averaged twice",
            FaultFamily.Ranks,
            ["gradient-scale", "loss-scale"],
            new() { Parts = parts => parts with { Backward = (moment, weight) => parts.Backward(moment, weight / parts.Ranks.Size) } },
            "0 backward yolo_head.yolo_output_1",
            2
        ),
        new(
            "every rank has rank 0's batches",
            FaultFamily.Ranks,
            ["batch-other", "rank-batch-repeated"],
            new() { Batches = (right, _) => right(0) },
            "0 data image",
            2
        ),
        new(
            "rate by a rank's batch",
            FaultFamily.Ranks,
            "rate-factor",
            new() { Parts = parts => parts with { Rate = iteration => parts.Rate(iteration) / parts.Ranks.Size } },
            "0 schedule rate",
            2
        ),
        new(
            "one rank's norms alone",
            FaultFamily.Ranks,
            ["norm-per-rank", PlantedFault.None],
            new()
            {
                Parts = parts =>
                {
                    // Both leave this one out, so that nobody waits for the other.
                    parts.Network.Layer<BatchNorm>("backbone.res4.res4a.branch2a.norm").Reduction = null;
                    return parts;
                },
            },
            "0 forward backbone.res4.res4a.branch2a",
            2
        ),
    ];

    private static bool Plain(string key) => key.StartsWith("backbone.res5.", StringComparison.Ordinal);

    private static Alteration Shared(Func<IStatisticsReduction, IStatisticsReduction> change) =>
        new()
        {
            Parts = parts =>
            {
                foreach (var norm in parts.Network.modules().OfType<BatchNorm>())
                {
                    norm.Reduction = change(norm.Reduction!);
                }

                return parts;
            },
        };

    private static Alteration Reduced(Action<StepParts> change) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Reduce = () =>
                    {
                        parts.Reduce();
                        using var noGrad = no_grad();
                        change(parts);
                    },
                },
        };

    private static Alteration Unreduced(Func<string, bool> which) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Reduce = () =>
                    {
                        using var noGrad = no_grad();
                        var own = parts
                            .Entries.Where(entry => entry.IsTrainable && which(entry.Key))
                            .Select(entry => (entry, Gradient: entry.Value.grad!.clone()))
                            .ToList();
                        parts.Reduce();
                        own.ForEach(pair => pair.entry.Value.grad!.copy_(pair.Gradient));
                    },
                },
        };

    /// <summary>Sums of values are vectors, those of gradients have two rows.</summary>
    private sealed class ForwardOnly(IStatisticsReduction right) : IStatisticsReduction
    {
        public void Sum(Tensor sums)
        {
            if (sums.dim() == 1)
            {
                right.Sum(sums);
            }
            else
            {
                // The count is that of both ranks' values.
                sums.mul_(Scalars.Of(2.0));
            }
        }
    }
}
