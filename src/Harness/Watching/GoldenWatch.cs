using PPYolo.Align.Golden;
using PPYolo.Align.Traces;
using PPYolo.Model.State;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Watching;

/// <summary>Watches a training step and fills the golden of its first iterations.</summary>
/// <param name="title">What runs, in a line.</param>
/// <param name="iterations">Iterations that the golden holds; what comes after is not looked at.</param>
/// <param name="golden">The approved record, where there is one: tensors with its bits need not be summarized.</param>
public sealed class GoldenWatch(string title, int iterations, GoldenRecord? golden = null) : IStepWatch
{
    private GoldenRecorder? recorder;
    private TrainStep? step;
    private bool complete;

    private GoldenRecorder Recorder => recorder!;

    private TrainStep Step => step!;

    /// <summary>Starts watching. The first step is watched, on rank 0; a scenario's other runs are not.</summary>
    /// <param name="trainer">Whose step, before its first iteration.</param>
    public void Attach(Trainer trainer)
    {
        if (recorder is not null || trainer.Step.Ranks.Rank != 0)
        {
            return;
        }

        step = trainer.Step;
        recorder = new(
            title,
            trainer.Start,
            step.Entries.Where(entry => entry.IsTrainable).Select(entry => entry.Key),
            step.Entries.Where(entry => entry is { IsParameter: true, IsTrainable: false }).Select(entry => entry.Key),
            golden
        );
        step.Watch(this);
    }

    /// <summary>The record.</summary>
    /// <param name="environment">Where it ran.</param>
    /// <exception cref="InvalidOperationException">The run did not reach the golden's last iteration.</exception>
    public GoldenRecord Build(GoldenEnvironment environment) =>
        complete
            ? recorder!.Build(environment)
            : throw new InvalidOperationException($"the run did not reach iteration {iterations - 1}, so that it has no golden");

    /// <inheritdoc />
    public void After(TracePhase phase, StepMoment moment)
    {
        if (moment.Iteration >= iterations)
        {
            return;
        }

        using var scope = NewDisposeScope();
        switch (phase)
        {
            case TracePhase.Loss:
                Trace(GoldenPhase.Forward, Step.Entries.Where(entry => !entry.IsParameter), entry => entry.Value);
                break;
            case TracePhase.Reduction:
                var withGradient = Step.Entries.Where(entry => entry.Value.grad is not null).ToList();
                if (moment.Iteration == 0)
                {
                    Recorder.Add(GoldenPart.Gradient, withGradient.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.grad!)));
                }

                Trace(GoldenPhase.Backward, withGradient, entry => entry.Value.grad!);
                break;
            case TracePhase.Weights:
                Trace(GoldenPhase.Optimizer, Step.Entries.Where(entry => entry.IsTrainable), entry => entry.Value);
                break;
            case TracePhase.Ema:
                Recorder.Trace(moment.Iteration, GoldenPhase.Average, Step.Ema.Averages, 1 / Step.Ema.Correction);
                Recorder.Iteration(moment.Rate, moment.Losses);
                if (moment.Iteration == iterations - 1)
                {
                    End();
                }

                break;
        }

        void Trace(GoldenPhase group, IEnumerable<StateEntry> entries, Func<StateEntry, Tensor> value) =>
            Recorder.Trace(moment.Iteration, group, entries.Select(entry => KeyValuePair.Create(entry.Key, value(entry))));
    }

    private void End()
    {
        Recorder.Add(GoldenPart.Weight, Step.Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
        Recorder.Add(GoldenPart.Momentum, Step.Optimizer.Momentum());
        Recorder.Add(GoldenPart.Average, Step.Ema.Read([.. Step.Entries.Where(entry => !entry.IsBatchCounter)]));
        complete = true;
    }
}
