using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// Makes the parts of a training run. A harness that must show that it notices a broken training derives one that makes a part wrong.
/// </summary>
public class TrainingFactory
{
    /// <summary>A network with start weights.</summary>
    public virtual PPYoloNetwork CreateNetwork(NetworkOptions options, NamedTensors weights, Device device)
    {
        var network = new PPYoloNetwork(options);
        NetworkState.Load(network, weights);
        return device.type == DeviceType.CPU ? network : network.to(device);
    }

    /// <summary>The training step of a network.</summary>
    public virtual TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks) =>
        new(network, recipe, globalBatch, ranks);
}
