using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Copies the gradients of iteration 0 as the optimizer gets them.</summary>
internal static class FirstGradients
{
    /// <summary>Fills <paramref name="gradients"/> when the step has them.</summary>
    public static void Watch(TrainStep step, NamedTensors gradients) =>
        step.Watch(new PhaseWatch(TracePhase.Reduction, moment => Copy(step, moment, gradients)));

    private static void Copy(TrainStep step, StepMoment moment, NamedTensors gradients)
    {
        if (moment.Iteration != 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var found = step
            .Entries.Where(entry => entry.Value.grad is not null)
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.grad!));
        foreach (var (key, gradient) in found.ToData())
        {
            gradients.Add(key, gradient);
        }
    }
}
