using PPYolo.Align.Tensors;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Scenarios;

/// <summary>Copies the gradients of iteration 0 as backward leaves them.</summary>
internal static class FirstGradients
{
    /// <summary>Fills <paramref name="gradients"/> when the step has done its first backward pass.</summary>
    public static void Watch(TrainStep step, NamedTensors gradients) => step.Observer += phase =>
    {
        if (phase != StepPhase.Backward || step.Iteration != 0)
        {
            return;
        }

        foreach (var entry in step.Entries)
        {
            if (entry.Value.grad is { } gradient)
            {
                using (gradient)
                {
                    gradients.Add(entry.Key, gradient.ToData());
                }
            }
        }
    };
}
