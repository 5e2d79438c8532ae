using PPYolo.Align.Traces;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// Is told what a <see cref="TrainStep"/> does, in order of execution. It looks and does not change: tracing, goldens and scenarios all
/// watch in this way.
/// </summary>
public interface IStepWatch
{
    /// <summary>The network is about to be fed. The tensors are freed after the forward pass.</summary>
    /// <param name="images">(B,3,S,S).</param>
    /// <param name="boxes">(B,N,4).</param>
    /// <param name="targets">(B,A,6+C,g,g) of each level, coarsest first.</param>
    void Fed(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets) { }

    /// <summary>
    /// A phase is over. Told of are, in this order: <see cref="TracePhase.Loss"/> (the forward pass, running statistics and losses are
    /// there), <see cref="TracePhase.Gradient"/> (of this rank's images), <see cref="TracePhase.Reduction"/> (gradients are averaged over
    /// ranks, also where there is one rank alone), <see cref="TracePhase.Schedule"/>, <see cref="TracePhase.Weights"/> (with momentum) and
    /// <see cref="TracePhase.Ema"/>, which ends the iteration.
    /// </summary>
    /// <param name="phase">The phase.</param>
    /// <param name="moment">What the iteration has so far.</param>
    void After(TracePhase phase, StepMoment moment);
}
