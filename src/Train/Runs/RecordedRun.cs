using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Scenarios;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Runs;

/// <summary>Carries out a <see cref="RunPlan"/> and records it.</summary>
public static class RecordedRun
{
    /// <summary>Trains and writes a record folder. What is not finite is never written.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="initProfile">plain, calm or file.</param>
    /// <param name="folder">The record's folder.</param>
    /// <param name="extension">The format of weights: .pth, .safetensors or .npz.</param>
    /// <param name="ranks">Who trains together; null is this process alone. Every rank writes its own batches, rank 0 the rest.</param>
    /// <param name="afterStep">Told after each iteration.</param>
    /// <param name="gradients">Whether the gradients of iteration 0 are recorded too.</param>
    /// <param name="observe">Given the step before the first iteration.</param>
    /// <param name="trace">What every rank records of each iteration's parts, or null for nothing.</param>
    /// <exception cref="TrainingHaltedException">A loss or a weight is NaN or infinite; the folder is no record.</exception>
    public static RunEnd Execute(
        RunPlan plan, string initProfile, string folder, string extension, IRanks? ranks = null, Action<StepResult>? afterStep = null, bool gradients = false,
        Action<TrainStep>? observe = null, TraceOptions? trace = null)
    {
        ranks ??= new SoloRanks();
        var recorder = new RunRecorder(folder, extension);
        var first = ranks.Rank == 0;
        string startFile = "", digest = "";
        if (first)
        {
            recorder.Prepare();
            startFile = recorder.Start(plan.Start);
            digest = TensorDigest.Of(plan.Start);
        }

        var firstGradients = new NamedTensors();
        ranks.Barrier("the record folder");
        if (!Directory.Exists(folder))
        {
            throw new AlignException($"{folder}: made by rank 0, not there for rank {ranks.Rank} on {Environment.MachineName}; a record goes into a folder that all machines share");
        }

        RunEnd end;
        try
        {
            end = TrainingRun.Execute(
                plan,
                ranks,
                (batch, result) =>
                {
                    recorder.Batch(batch, result, ranks.Rank);
                    recorder.Losses(result);
                    if (first)
                    {
                        afterStep?.Invoke(result);
                    }
                },
                step =>
                {
                    observe?.Invoke(step);
                    if (trace is not null)
                    {
                        StepTracer.Watch(step, iteration => TraceFile.Write(folder, ranks.Rank, iteration), trace);
                    }

                    if (gradients && first)
                    {
                        FirstGradients.Watch(step, firstGradients);
                    }
                });
            NonFinite.Require(end);
        }
        catch (Exception exception) when (exception is NonFiniteLossException or TrainingHaltedException)
        {
            throw new TrainingHaltedException($"{exception.Message}; {folder} holds the start weights and the batches before that, and is no record: remove it", exception);
        }

        ranks.Barrier("the recorded batches");
        if (first)
        {
            if (trace is not null)
            {
                TraceEnvironment.Write(folder);
            }

            if (gradients)
            {
                recorder.Gradients(firstGradients);
            }

            recorder.End(end, RecordCase.Of(plan.Options, plan.Seed, initProfile, plan.Iterations, ranks.Size, startFile, digest));
        }

        ranks.Barrier("the record");
        return end;
    }
}
