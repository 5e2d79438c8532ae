using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Watching;

/// <summary>Makes the parts that another factory makes, and has them watched.</summary>
/// <param name="inner">Who makes them.</param>
/// <param name="watch">Who watches.</param>
public sealed class GoldenFactory(TrainingFactory inner, GoldenWatch watch) : TrainingFactory
{
    private volatile NamedTensors? start;

    /// <inheritdoc />
    public override PPYoloNetwork CreateNetwork(NetworkOptions options, NamedTensors weights, Device device)
    {
        start = weights;
        return inner.CreateNetwork(options, weights, device);
    }

    /// <inheritdoc />
    public override TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks)
    {
        var step = inner.CreateStep(network, recipe, globalBatch, ranks);
        watch.Attach(step, start!);
        return step;
    }
}
