using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Tracing;

namespace PPYolo.Train.Records;

/// <summary>Carries out a <see cref="RunPlan"/> and records it.</summary>
public static class RecordingLoop
{
    /// <summary>Trains and writes a record folder. What is not finite is never written.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="initProfile">plain, calm or file.</param>
    /// <param name="options">Where it is recorded, and how much of it.</param>
    /// <param name="ranks">Who trains together; null is this process alone. Every rank writes its own batches, rank 0 the rest.</param>
    /// <param name="afterStep">Told after each iteration.</param>
    /// <param name="observe">Given the step before the first iteration.</param>
    /// <param name="beforeTwin">Told the number of each twin, from 1 on, where a noise floor is measured.</param>
    /// <exception cref="TrainingHaltedException">A loss or a weight is NaN or infinite; the folder is no record.</exception>
    public static RunEnd Execute(
        RunPlan plan,
        string initProfile,
        RecordOptions options,
        IRanks? ranks = null,
        Action<StepResult>? afterStep = null,
        Action<TrainStep>? observe = null,
        Action<int>? beforeTwin = null
    )
    {
        ranks ??= new SoloRanks();
        var folder = options.Folder;
        var recorder = new RecordWriter(folder, options.Extension);
        var first = ranks.Rank == 0;
        string startFile = "",
            digest = "";
        if (first)
        {
            recorder.Prepare();
        }

        var firstGradients = new NamedTensors();
        var own = new List<IterationTrace>();
        var keeps = first && options.Twins > 0;
        StepTracer? tracer = null;
        ranks.Barrier("the record folder");
        if (!Directory.Exists(folder))
        {
            throw new AlignException(
                $"{folder}: made by rank 0, not there for rank {ranks.Rank} on {Environment.MachineName}; a record goes into a folder "
                    + $"that all machines share"
            );
        }

        RunEnd end;
        try
        {
            end = IterationLoop.Execute(
                plan,
                ranks,
                (batch, result) =>
                {
                    recorder.Batch(result.Iteration, ranks.Rank, WithLosses(batch, result));
                    recorder.Losses(
                        new(result.Iteration, result.Size, result.LearningRate, result.Losses.ToDictionary(StringComparer.Ordinal))
                    );
                    if (first)
                    {
                        afterStep?.Invoke(result);
                    }
                },
                step =>
                {
                    observe?.Invoke(step);
                    if (first)
                    {
                        var digesting = Task.Run(() => TensorDigest.Of(plan.Start));
                        startFile = recorder.Start(plan.Start, step.Groups(plan.Options));
                        digest = digesting.GetAwaiter().GetResult();
                    }

                    if (options.Trace is not null || keeps)
                    {
                        tracer = StepTracer.Watch(step, Traced, options.Trace);
                    }

                    if (options.Gradients && first)
                    {
                        FirstGradients.Watch(step, firstGradients);
                    }
                }
            );
            NonFinite.Require(end);
        }
        catch (Exception exception) when (exception is NonFiniteLossException or TrainingHaltedException)
        {
            throw new TrainingHaltedException(
                $"{exception.Message}; {folder} holds the start weights and the batches before that, and is no record: remove it",
                exception
            );
        }

        ranks.Barrier("the recorded batches");
        if (first)
        {
            // On the CPU it is of use for traces alone; on a card every number depends on it.
            if (options.Trace is not null || options.Card is not null)
            {
                RunEnvironment.Write(folder, TraceEnvironment.Here(options.Card));
            }

            if (options.Gradients)
            {
                recorder.Gradients(firstGradients);
            }

            (recorder.Modules, recorder.OutputGradients) = (Sorted(tracer?.Modules), Sorted(tracer?.OutputGradients));
            recorder.End(
                end.Ema,
                end.Raw,
                end.Momentum,
                RecordCase.Of(plan.Options, plan.Seed, initProfile, plan.Iterations, ranks.Size, startFile, digest),
                end.Optimizer
            );
        }

        ranks.Barrier("the record");
        if (options.Twins > 0)
        {
            // The record is whole without it; a run that is ended here has no floor, and whoever needs one measures it.
            Floor(plan, options, ranks, own, end, beforeTwin)?.Write(Path.Combine(folder, TraceFloor.FileName));
            ranks.Barrier("the noise floor");
        }

        return end;

        void Traced(IterationTrace iteration)
        {
            if (options.Trace is not null)
            {
                recorder.Trace(ranks.Rank, iteration);
            }

            if (keeps)
            {
                own.Add(iteration.WithoutFull());
            }
        }
    }

    private static List<string>? Sorted(IReadOnlyCollection<string>? names) => names?.Order(StringComparer.Ordinal).ToList();

    /// <summary>A rank's batch with its losses.</summary>
    private static NamedTensors WithLosses(Batch batch, StepResult result)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, tensor);
        }

        foreach (
            var (name, value) in result.LocalLosses.Where(loss => loss.Key.StartsWith(RecordedBatches.LossPrefix, StringComparison.Ordinal))
        )
        {
            tensors.Add(name, TensorData.Scalar(value));
        }

        return tensors;
    }

    private static TraceFloor? Floor(
        RunPlan plan,
        RecordOptions options,
        IRanks ranks,
        List<IterationTrace> own,
        RunEnd end,
        Action<int>? beforeTwin
    )
    {
        if (ranks.Rank == 0)
        {
            TracingLoop.AddEnd(own[^1], end.Ema);
        }

        // Recorded batches are the run's own bit by bit, and need not be made again.
        return TraceTwins.Measure(
            plan with
            {
                Batches = rank => new RecordedBatches(options.Folder, rank),
            },
            own,
            options.Twins,
            ranks,
            beforeTwin
        );
    }
}
