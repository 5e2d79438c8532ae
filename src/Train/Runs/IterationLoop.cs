using PPYolo.Data.Batches;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Train.Runs;

/// <summary>Carries out a <see cref="RunPlan"/>.</summary>
public static class IterationLoop
{
    /// <summary>Trains.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together; null is this process alone.</param>
    /// <param name="afterStep">Told after each iteration, with its batch.</param>
    /// <param name="observe">Given the step before the first iteration, to watch its phases.</param>
    /// <param name="everywhere">Whether all ranks return the tensors they end with. Else only rank 0 does, and the others none: replicas
    /// are equal, which is checked unless somebody turned that off.</param>
    public static RunEnd Execute(
        RunPlan plan,
        IRanks? ranks = null,
        Action<Batch, StepResult>? afterStep = null,
        Action<TrainStep>? observe = null,
        bool everywhere = false
    )
    {
        ranks ??= new SoloRanks();
        return Run(
            plan,
            ranks,
            afterStep,
            observe,
            (step, steps, seconds) =>
                ranks.Rank == 0 || everywhere
                    ? new RunEnd(NetworkState.Save(step.Network), step.ReadEma(), step.Optimizer.Momentum(), steps, seconds)
                    {
                        Optimizer = step.Groups(plan.Options),
                    }
                    : new RunEnd([], [], [], steps, seconds)
        );
    }

    /// <summary>Trains, and takes of the end what is needed: to copy all of it takes as long as an iteration of a small network.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="afterStep">Told after each iteration, with its batch.</param>
    /// <param name="observe">Given the step before the first iteration, to watch its phases.</param>
    /// <param name="end">Given the step after the last iteration, each iteration's result, and its wall-clock seconds.</param>
    internal static T Run<T>(
        RunPlan plan,
        IRanks ranks,
        Action<Batch, StepResult>? afterStep,
        Action<TrainStep>? observe,
        Func<TrainStep, IReadOnlyList<StepResult>, IReadOnlyList<double>, T> end
    )
    {
        using var trainer = new Trainer(plan, ranks);
        var step = trainer.Step;
        observe?.Invoke(step);
        step.CheckReplicas("before iteration 0");
        var steps = new List<StepResult>();
        var seconds = new List<double>();
        while (step.Iteration < plan.Iterations)
        {
            var done = trainer.Next();
            steps.Add(done.Result);
            seconds.Add(done.StepTime.TotalSeconds);
            afterStep?.Invoke(done.Batch, done.Result);
        }

        return end(step, steps, seconds);
    }
}
