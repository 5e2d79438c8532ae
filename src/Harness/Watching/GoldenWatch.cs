using PPYolo.Align.Golden;
using PPYolo.Align.Tensors;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Watching;

/// <summary>Watches a training step and fills the golden of its first iterations.</summary>
/// <param name="title">What runs, in a line.</param>
/// <param name="iterations">Iterations that the golden holds; what comes after is not looked at.</param>
/// <param name="golden">The approved record, where there is one: tensors with its bits need not be summarized.</param>
public sealed class GoldenWatch(string title, int iterations, GoldenRecord? golden = null)
{
    private GoldenRecorder? recorder;
    private bool complete;

    /// <summary>Starts watching. The first step is watched, on rank 0; a scenario's other runs are not.</summary>
    /// <param name="step">The step, before its first iteration.</param>
    /// <param name="start">Its network's start weights.</param>
    public void Attach(TrainStep step, NamedTensors start)
    {
        if (recorder is not null || step.Ranks.Rank != 0)
        {
            return;
        }

        recorder = new(
            title,
            start,
            step.Entries.Where(entry => entry.IsTrainable).Select(entry => entry.Key),
            step.Entries.Where(entry => entry is { IsParameter: true, IsTrainable: false }).Select(entry => entry.Key),
            golden
        );
        step.Observer += phase => Look(step, phase);
        step.Completed += result =>
        {
            if (result.Iteration < iterations)
            {
                recorder.Iteration(result.LearningRate, result.Losses);
            }

            if (result.Iteration == iterations - 1)
            {
                End(step);
            }
        };
    }

    /// <summary>The record.</summary>
    /// <param name="environment">Where it ran.</param>
    /// <exception cref="InvalidOperationException">The run did not reach the golden's last iteration.</exception>
    public GoldenRecord Build(GoldenEnvironment environment) =>
        complete
            ? recorder!.Build(environment)
            : throw new InvalidOperationException($"the run did not reach iteration {iterations - 1}, so that it has no golden");

    private void Look(TrainStep step, StepPhase phase)
    {
        if (step.Iteration >= iterations)
        {
            return;
        }

        using var scope = NewDisposeScope();
        switch (phase)
        {
            case StepPhase.Forward:
                Trace(step, GoldenPhase.Forward, step.Entries.Where(entry => !entry.IsParameter), entry => entry.Value);
                break;
            case StepPhase.Backward:
                var withGradient = step.Entries.Where(entry => entry.Value.grad is not null).ToList();
                if (step.Iteration == 0)
                {
                    recorder!.Add(GoldenPart.Gradient, withGradient.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.grad!)));
                }

                Trace(step, GoldenPhase.Backward, withGradient, entry => entry.Value.grad!);
                break;
            case StepPhase.Optimizer:
                Trace(step, GoldenPhase.Optimizer, step.Entries.Where(entry => entry.IsTrainable), entry => entry.Value);
                break;
            case StepPhase.Ema:
                recorder!.Trace(step.Iteration, GoldenPhase.Average, step.Ema.Current, 1 / step.Ema.Correction);
                break;
            default:
                throw new InvalidOperationException($"no trace of phase {phase}");
        }
    }

    private void Trace(TrainStep step, GoldenPhase phase, IEnumerable<StateEntry> entries, Func<StateEntry, Tensor> value) =>
        recorder!.Trace(step.Iteration, phase, entries.Select(entry => KeyValuePair.Create(entry.Key, value(entry))));

    private void End(TrainStep step)
    {
        recorder!.Add(GoldenPart.Weight, step.Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
        recorder.Add(GoldenPart.Momentum, step.Optimizer.Momentum());
        recorder.Add(GoldenPart.Average, step.Ema.Read([.. step.Entries.Where(entry => !entry.IsBatchCounter)]));
        complete = true;
    }
}
