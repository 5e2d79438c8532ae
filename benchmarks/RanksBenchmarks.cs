using BenchmarkDotNet.Attributes;
using PPYolo.Data.Batches;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>Five iterations of ppyolo_r18vd on the same global batch: one rank on two threads, or two ranks on one thread each.</summary>
public class RanksBenchmarks
{
    private RunPlan plan = null!;

    [Params(1, 2)]
    public int Ranks { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=8", "sizes=[224]", "dropBlock=false"]);
        plan = new RunPlan(
            options,
            StartWeights.Parse("generator:5:calm").For(options.ToNetwork()),
            RankBatches.Generated("5", options, SlicedBatches.Even(8, Ranks), false),
            5,
            "5"
        )
        {
            CheckReplicas = false,
        };
    }

    [Benchmark]
    public void FiveIterations() => ThreadTeam.Run(Ranks, 2, ranks => IterationLoop.Execute(plan, ranks));
}
