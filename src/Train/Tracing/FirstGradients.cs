using PPYolo.Align.Tensors;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Copies the gradients of iteration 0 as backward leaves them.</summary>
internal static class FirstGradients
{
    /// <summary>Fills <paramref name="gradients"/> when the step has done its first backward pass.</summary>
    public static void Watch(TrainStep step, NamedTensors gradients) =>
        step.Observer += phase =>
        {
            if (phase != StepPhase.Backward || step.Iteration != 0)
            {
                return;
            }

            using var scope = NewDisposeScope();
            foreach (
                var (key, gradient) in step
                    .Entries.Where(entry => entry.Value.grad is not null)
                    .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.grad!))
                    .ToData()
            )
            {
                gradients.Add(key, gradient);
            }
        };
}
