using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Train.Capsules;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Epochs;

/// <summary>
/// Trains for epochs: a checkpoint after each, an evaluation after every evalInterval-th and the last. A run that goes on from a checkpoint
/// is, bit by bit, the run that was never interrupted, as long as threads and ranks are as many.
/// </summary>
public sealed class EpochLoop
{
    private readonly RunPlan plan;
    private readonly EpochOptions options;
    private readonly IRanks ranks;
    private readonly Trainer trainer;
    private readonly int epochs;
    private RankBox? box;

    private EpochLoop(RunPlan plan, EpochOptions options, IRanks ranks, Trainer trainer)
    {
        (this.plan, this.options, this.ranks, this.trainer) = (plan, options, ranks, trainer);
        epochs = plan.Iterations / plan.Options.IterationsPerEpoch;
    }

    private TrainStep Step => trainer.Step;

    private bool IsFirst => ranks.Rank == 0;

    /// <summary>Trains.</summary>
    /// <param name="plan">What to train; its iterations are those of whole epochs.</param>
    /// <param name="options">How it is kept and watched.</param>
    /// <param name="ranks">Who trains together; null is this process alone.</param>
    /// <exception cref="TrainingHaltedException">A loss or a weight is NaN or infinite; the checkpoints are those of before.</exception>
    public static void Execute(RunPlan plan, EpochOptions options, IRanks? ranks = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(plan.Iterations % plan.Options.IterationsPerEpoch, 0);
        ranks ??= new SoloRanks();
        using var trainer = new Trainer(plan, ranks);
        new EpochLoop(plan, options, ranks, trainer).Run();
    }

    private void Run()
    {
        var done = Begin();
        box = options.BlackBox?.Watch(ranks, Step);
        try
        {
            Train(done);
        }
        catch (Exception exception) when (box is not null)
        {
            box.Failed(exception);
            throw;
        }
        finally
        {
            box?.Dispose();
        }
    }

    private void Train(int done)
    {
        if (done > 0 && IsDue(done))
        {
            // The run may have ended while this epoch was evaluated.
            Evaluate(done);
        }

        while (done < epochs)
        {
            TrainEpoch(done + 1);
            done++;
            Step.CheckReplicas($"after epoch {done}");
            Save(done);
            if (IsDue(done))
            {
                Evaluate(done);
            }
        }
    }

    private int Begin()
    {
        options.From?.Restore(Step);
        var done = options.From?.Epochs ?? 0;
        if (Step.Iteration != done * plan.Options.IterationsPerEpoch)
        {
            throw new AlignException(
                $"expected {plan.Options.IterationsPerEpoch} iterations in an epoch, found {Step.Iteration} in {done} epochs of the "
                    + $"checkpoint; the dataset, or the batch, is another than when the run began"
            );
        }

        var all = ranks
            .Gather("the epoch to go on from", BitConverter.GetBytes(done))
            .Select(message => BitConverter.ToInt32(message))
            .ToList();
        if (all.Distinct().Count() > 1)
        {
            throw new AlignException(
                $"{options.Checkpoints.Folder}: the ranks found checkpoints of {string.Join(", ", all)} epochs; the folder must be one "
                    + $"that all machines share"
            );
        }

        Step.CheckReplicas("before the first epoch");
        return done;
    }

    private void TrainEpoch(int epoch)
    {
        for (var i = 0; i < plan.Options.IterationsPerEpoch; i++)
        {
            var done = Next();
            if (IsFirst)
            {
                var iteration = new EpochIteration(epoch, epochs, plan.Options.IterationsPerEpoch, plan.Options.Batch, done);
                Tell(observer => observer.AfterIteration(iteration));
            }
        }
    }

    private TrainedBatch Next()
    {
        try
        {
            var done = trainer.Next();
            box?.After(done);
            return done;
        }
        catch (NonFiniteLossException exception)
        {
            var capsule = box?.NotFinite(exception) is { } folder ? $"; {folder} has the last iterations" : "";
            throw new TrainingHaltedException($"{exception.Message}; {LastGood()}{capsule}", exception);
        }
    }

    private void Save(int epoch)
    {
        Checkpoint? checkpoint = null;
        if (IsFirst)
        {
            try
            {
                checkpoint = TrainingState.Capture(Step, epoch, plan.Options);
            }
            catch (TrainingHaltedException exception)
            {
                box?.Failed(exception, CapsuleReason.NotFinite);
                throw new TrainingHaltedException($"{exception.Message}; {LastGood()}", exception);
            }
        }

        var path = "";
        RankZeroWork.Run(ranks, "the checkpoint", () => path = options.Checkpoints.Write(checkpoint!));
        checkpoint?.Dispose();
        if (IsFirst)
        {
            Tell(observer => observer.AfterCheckpoint(epoch, path));
        }
    }

    private bool IsDue(int epoch) =>
        options.Evaluation is not null && plan.Options.EvalInterval > 0 && (epoch % plan.Options.EvalInterval == 0 || epoch == epochs);

    private void Evaluate(int epoch)
    {
        // Who has been evaluated already is rank 0's to know; all ranks come here.
        EpochScore? score = null;
        var best = false;
        RankZeroWork.Run(
            ranks,
            "the evaluation",
            () =>
            {
                if (options.Checkpoints.Scores.Any(known => known.Epoch == epoch))
                {
                    return;
                }

                using var weights = Step.Ema.Read(Step.Entries);
                score = options.Evaluation!.Evaluate(weights, epoch);
                best = options.Checkpoints.AddScore(score);
            }
        );
        if (score is not null)
        {
            Tell(observer => observer.AfterEvaluation(score, Step.Iteration, best));
        }
    }

    private string LastGood() =>
        options.Checkpoints.Latest is { } latest ? $"the last good checkpoint is {latest}" : "there is no checkpoint yet";

    private void Tell(Action<IEpochObserver> what)
    {
        foreach (var observer in options.Observers)
        {
            what(observer);
        }
    }
}
