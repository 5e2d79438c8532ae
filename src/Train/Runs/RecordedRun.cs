using PPYolo.Align.Tensors;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Runs;

/// <summary>Carries out a <see cref="RunPlan"/> and records it.</summary>
public static class RecordedRun
{
    /// <summary>Trains and writes a record folder.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="initProfile">plain, calm or file.</param>
    /// <param name="folder">The record's folder.</param>
    /// <param name="extension">The format of weights: .pth, .safetensors or .npz.</param>
    /// <param name="afterStep">Told after each iteration.</param>
    /// <param name="observe">Given the step before the first iteration.</param>
    public static RunEnd Execute(
        RunPlan plan, string initProfile, string folder, string extension, Action<StepResult>? afterStep = null, Action<TrainStep>? observe = null)
    {
        var recorder = new RunRecorder(folder, extension);
        recorder.Prepare();
        var startFile = recorder.Start(plan.Start);
        var end = TrainingRun.Execute(
            plan,
            (batch, result) =>
            {
                recorder.Batch(batch, result, rank: 0);
                recorder.Losses(result);
                afterStep?.Invoke(result);
            },
            observe);
        recorder.End(end, RecordCase.Of(plan.Options, plan.Seed, initProfile, plan.Iterations, ranks: 1, startFile, TensorDigest.Of(plan.Start)));
        return end;
    }
}
