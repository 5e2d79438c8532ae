using System.Diagnostics;
using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Train.Data;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Train.Runs;

/// <summary>Carries out a <see cref="RunPlan"/>.</summary>
public static class TrainingRun
{
    /// <summary>Trains.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together; null is this process alone.</param>
    /// <param name="afterStep">Told after each iteration, with its batch.</param>
    /// <param name="observe">Given the step before the first iteration, to watch its phases.</param>
    public static RunEnd Execute(RunPlan plan, IRanks? ranks = null, Action<Batch, StepResult>? afterStep = null, Action<TrainStep>? observe = null)
    {
        ranks ??= new SoloRanks();
        var batches = plan.Batches(ranks.Rank);
        using var network = plan.Factory.CreateNetwork(plan.Options.ToNetwork(), plan.Start, plan.Device);
        using var step = plan.Factory.CreateStep(network, plan.Options.ToRecipe(), plan.Options.Batch, ranks);
        observe?.Invoke(step);
        ReplicaCheck.Run(ranks, step.Entries, "before iteration 0");
        var steps = new List<StepResult>();
        var seconds = new List<double>();
        while (step.Iteration < plan.Iterations)
        {
            var batch = batches.At(step.Iteration);
            network.Randomness.Source = (layer, shape) => Uniform($"{plan.Seed}/dropblock/{step.Iteration}/{ranks.Rank}/{layer}", shape);
            var clock = Stopwatch.StartNew();
            steps.Add(step.Run(batch));
            seconds.Add(clock.Elapsed.TotalSeconds);
            if (plan.CheckReplicas)
            {
                ReplicaCheck.Run(ranks, step.Entries, $"after iteration {steps[^1].Iteration}");
            }

            afterStep?.Invoke(batch, steps[^1]);
            ManagedHeap.Release();
        }

        return new(NetworkState.Save(network), step.ReadEma(), step.Optimizer.Momentum(), steps, seconds);
    }

    private static Tensor Uniform(string name, long[] shape)
    {
        var numbers = empty(shape, dtype: ScalarType.Float32);
        new PortableStream(name).FillUniform(MemoryMarshal.Cast<byte, float>(numbers.bytes));
        return numbers;
    }
}
