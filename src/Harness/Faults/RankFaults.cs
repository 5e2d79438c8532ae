using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Faults;

/// <summary>What goes wrong between ranks.</summary>
internal static class RankFaults
{
    /// <summary>Norms see the batch of their own rank alone.</summary>
    public static Alteration StatisticsOfEachRank() => new() { SharesStatistics = false };

    /// <summary>Gradients are summed over ranks and not averaged.</summary>
    public static Alteration GradientsSummed() =>
        GradientFaults.AfterReduction(parts => GradientFaults.Scale(parts.Entries, parts.Ranks.Size));

    /// <summary>Each rank's gradients are multiplied before they are averaged.</summary>
    public static Alteration GradientsWeighed(IReadOnlyList<double> factors) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Reduce = () =>
                    {
                        using var noGrad = no_grad();
                        GradientFaults.Scale(parts.Entries, factors[parts.Ranks.Rank]);
                        parts.Reduce();
                    },
                },
        };

    /// <summary>Some gradients are summed and not averaged.</summary>
    public static Alteration SomeSummed(IReadOnlySet<string> keys) =>
        GradientFaults.AfterReduction(parts =>
            GradientFaults.Scale(parts.Entries.Where(entry => keys.Contains(entry.Key)), parts.Ranks.Size)
        );

    /// <summary>Some gradients stay each rank's own.</summary>
    public static Alteration SomeNotReduced(IReadOnlySet<string> keys) =>
        new()
        {
            Parts = parts =>
                parts with
                {
                    Reduce = () =>
                    {
                        using var noGrad = no_grad();
                        using var scope = NewDisposeScope();
                        var own = parts
                            .Entries.Where(entry => keys.Contains(entry.Key))
                            .Select(entry => (entry.Value, Gradient: entry.Value.grad!.clone()))
                            .ToList();
                        parts.Reduce();
                        foreach (var (value, gradient) in own)
                        {
                            value.grad!.copy_(gradient);
                        }
                    },
                },
        };

    /// <summary>Norms see the batch of all ranks, and on the way back that of their own alone.</summary>
    /// <param name="overOwn">Whether what is summed there is divided by the rank's own number of values, not by that of all.</param>
    public static Alteration BackwardOfEachRank(bool overOwn) =>
        new()
        {
            Parts = parts =>
            {
                var statistics = new ForwardStatistics(new RankStatistics(parts.Ranks), overOwn ? parts.Ranks.Size : 1);
                parts.Network.ShareStatistics(statistics);
                return parts with
                {
                    Backward = (moment, weight) =>
                    {
                        statistics.IsOff = true;
                        parts.Backward(moment, weight);
                        statistics.IsOff = false;
                    },
                };
            },
        };

    /// <summary>Every rank gets rank 0's gradient, divided by their number.</summary>
    public static Alteration OnlyRank0() =>
        new()
        {
            Parts = parts =>
            {
                var own = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                var remembering = GradientFaults
                    .AfterBackward(_ =>
                    {
                        foreach (var entry in parts.Entries.Where(entry => entry.IsTrainable))
                        {
                            own[entry.Key] = entry.Value.grad!.clone();
                        }
                    })
                    .Parts(parts);
                return GradientFaults
                    .AfterReduction(_ =>
                    {
                        foreach (var entry in parts.Entries.Where(entry => entry.IsTrainable))
                        {
                            parts.Ranks.Broadcast(entry.Key, own[entry.Key]);
                            entry.Value.grad!.copy_(own[entry.Key] / Scalars.Of(parts.Ranks.Size));
                        }
                    })
                    .Parts(remembering);
            },
        };

    /// <summary>A rank's gradients are zero before they are averaged.</summary>
    public static Alteration GradientOfOneRankDropped(int rank) =>
        GradientFaults.AfterBackward(parts =>
        {
            if (parts.Ranks.Rank == rank)
            {
                GradientFaults.Scale(parts.Entries, 0);
            }
        });

    /// <summary>One rank's averaged gradient is another than everybody's, so that weights part.</summary>
    public static Alteration OneRankDiffers(int rank, string key) =>
        GradientFaults.AfterReduction(parts =>
        {
            if (parts.Ranks.Rank == rank)
            {
                parts.Entry(key).Value.grad!.mul_(Scalars.Of(1.5));
            }
        });

    /// <summary>Two ranks have each other's batches.</summary>
    public static Alteration BatchesOfEachOther() => new() { Batches = (right, rank) => right(1 - rank) };

    private sealed class ForwardStatistics(IStatisticsReduction inner, double own) : IStatisticsReduction
    {
        public bool IsOff { get; set; }

        public void Sum(Tensor sums)
        {
            if (!IsOff)
            {
                inner.Sum(sums);
            }
            else if (own != 1)
            {
                // They are divided by the number of values of all ranks.
                sums.mul_(Scalars.Of(own));
            }
        }
    }
}
