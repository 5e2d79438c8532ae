using BenchmarkDotNet.Attributes;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>
/// Ten sums of 25 million float32 over thread ranks: the cost per rank should not grow with the ranks, beyond what the cores share.
/// </summary>
public class SumOverRanksBenchmarks
{
    [Params(2, 4, 8)]
    public int Ranks { get; set; }

    [Benchmark]
    public void TenSums() =>
        ThreadRanks.Run(
            Ranks,
            ranks =>
            {
                using var tensor = ones(25_000_000 / Ranks);
                for (var i = 0; i < 10; i++)
                {
                    ranks.Sum("benchmark", tensor);
                }
            }
        );
}
