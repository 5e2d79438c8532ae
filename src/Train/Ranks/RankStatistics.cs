using PPYolo.Kernels.Normalization;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>Lets norms see the whole batch of all ranks.</summary>
internal sealed class RankStatistics(IRanks ranks) : IStatisticsReduction
{
    public void Sum(Tensor sums) => ranks.Sum("batch norm statistics", sums);
}
