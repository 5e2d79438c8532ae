using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>Told what a <see cref="TrainStep"/> has at each point of an iteration, in order of execution.</summary>
internal interface IStepTrace
{
    /// <summary>What the network is about to be fed.</summary>
    void Fed(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets);

    /// <summary>The forward pass is done; losses are over the images of all ranks.</summary>
    void Forward(IReadOnlyList<KeyValuePair<string, float>> losses);

    /// <summary>Gradients of this rank's images are there.</summary>
    void Backward();

    /// <summary>Gradients of all ranks are there.</summary>
    void Reduced();

    /// <summary>The rate that the optimizer is about to use.</summary>
    void Rate(double rate);

    /// <summary>Momentum and weights have changed.</summary>
    void Updated();

    /// <summary>The moving average has changed; the iteration is over.</summary>
    void Averaged();
}
