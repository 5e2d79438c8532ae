using BenchmarkDotNet.Attributes;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Train.Options;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Benchmarks;

/// <summary>A whole training step of ppyolo_r50vd_aligngrad, batch 8, on two threads.</summary>
public class StepBenchmarks
{
    private PPYoloNetwork network = null!;
    private TrainStep step = null!;
    private Batch batch = null!;

    [Params(96, 416)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(2);
        var options = TrainOptionsFile.Read("ppyolo_r50vd_aligngrad", [$"sizes=[{Size}]"]);
        network = NetworkState.Create(options.ToNetwork(), StartWeights.Parse("generator:6:calm").For(options.ToNetwork()), CPU);
        step = new(StepParts.Of(network, options.ToRecipe(), options.Batch));
        batch = new GeneratedBatches("6", options.Batch, options.Sizes, options.ToNetwork()).At(0);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        step.Dispose();
        network.Dispose();
    }

    [Benchmark]
    public void Step() => step.Run(batch);
}
