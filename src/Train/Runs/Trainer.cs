using System.Diagnostics;
using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Memory;
using PPYolo.Model;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Train.Runs;

/// <summary>
/// A rank's part of a <see cref="RunPlan"/> in progress: the network, its training step, its batches, and the random numbers of each
/// iteration.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int Coarsest = 32;

    private readonly RunPlan plan;
    private readonly IRanks ranks;
    private readonly IBatchSource batches;
    private readonly PPYoloNetwork network;
    private (int Iteration, Batch Batch, TimeSpan Wait)? ahead;

    /// <summary>Makes network and step.</summary>
    /// <param name="plan">What to train.</param>
    /// <param name="ranks">Who trains together.</param>
    public Trainer(RunPlan plan, IRanks ranks)
    {
        this.plan = plan;
        this.ranks = ranks;
        RunAgreement.Require(plan, ranks, Note);
        // The coarsest level of an image of 32 pixels is one cell.
        if (plan.Options.Batch == 1 && plan.Options.Sizes.Contains(Coarsest))
        {
            throw new AlignException(
                $"batch 1 at size {Coarsest} has one value in each channel of the coarsest level, which a norm cannot normalize; set a "
                    + $"larger batch, or leave {Coarsest} out of sizes"
            );
        }

        batches = plan.Batches(ranks.Rank);
        var device = RankDevice.Of(plan.Device ?? CPU, ranks);
        (network, var shared) = SharesState(device) ? SharedState.Make(ranks, () => Make(device)) : (Make(device), null);
        plan.Alteration.Loaded(network);
        Step = new(plan.Alteration.PartsOf(network, plan.Options.ToRecipe(), plan.Options.Batch, ranks, shared));
        Step.Ahead = Ahead;
        plan.Observe?.Invoke(this);
    }

    /// <summary>The start weights that were given, whatever an alteration made of them.</summary>
    public NamedTensors Start => plan.Start;

    /// <summary>The training step; its iteration is the next one.</summary>
    public TrainStep Step { get; }

    /// <summary>Trains on the next batch.</summary>
    /// <exception cref="NonFiniteLossException">A loss is NaN or infinite; the message names the first tensor that is.</exception>
    public TrainedBatch Next()
    {
        var iteration = Step.Iteration;
        Draw(iteration);
        var (batch, wait) = ahead is { } made && made.Iteration == iteration ? (made.Batch, made.Wait) : At(iteration);
        ahead = null;
        var start = Stopwatch.GetTimestamp();
        var result = Run(batch);
        HostRead.Wait(Step.Entries[0].Value);
        var time = Stopwatch.GetElapsedTime(start) - (ahead?.Wait ?? TimeSpan.Zero);
        if (plan.CheckReplicas)
        {
            Step.CheckReplicas($"after iteration {iteration}");
        }

        ManagedHeap.Release();
        return new(batch, result, wait, time);
    }

    /// <summary>The forward pass of the next batch and its losses, for who watches; the batch stays the next.</summary>
    /// <exception cref="NonFiniteLossException">A loss is NaN or infinite.</exception>
    public void Look()
    {
        Draw(Step.Iteration);
        Step.Look(At(Step.Iteration).Batch);
    }

    /// <summary>What is altered might be so on one rank alone, or be done as often as there are ranks.</summary>
    private bool SharesState(Device device)
    {
        using var there = empty(0, device: device);
        return plan.SharesState && plan.Alteration == Alteration.None && CpuPath.HasMemory(there);
    }

    private PPYoloNetwork Make(Device device) => NetworkState.Create(plan.Alteration.Network(plan.Options.ToNetwork()), plan.Start, device);

    // Named by iteration, rank and layer: a run that goes on after an interruption draws what it would have drawn.
    private void Draw(int iteration) =>
        network.Randomness.Source = (layer, shape) => Uniform($"{plan.Seed}/dropblock/{iteration}/{ranks.Rank}/{layer}", shape);

    private (Batch Batch, TimeSpan Wait) At(int iteration)
    {
        var start = Stopwatch.GetTimestamp();
        var batch = batches.At(iteration);
        return (batch, Stopwatch.GetElapsedTime(start));
    }

    private Batch? Ahead()
    {
        var next = Step.Iteration + 1;
        if (next >= plan.Iterations)
        {
            return null;
        }

        try
        {
            var (batch, wait) = At(next);
            ahead = (next, batch, wait);
            return batch;
        }
        catch (Exception exception) when (exception is AlignException or OperationCanceledException)
        {
            // This iteration can do without it; the next one says what is wrong.
            return null;
        }
    }

    private StepResult Run(Batch batch)
    {
        try
        {
            return Step.Run(batch);
        }
        catch (NonFiniteLossException exception)
        {
            throw exception.With(NonFinite.CauseOverRanks(ranks, Step, exception));
        }
        catch (ExternalException exception)
            when (exception.Message.Contains("out of memory", StringComparison.Ordinal)
                || exception.Message.Contains("not enough memory", StringComparison.Ordinal)
            )
        {
            throw new TrainingHaltedException(
                $"iteration {Step.Iteration}: {batch.Count} images of {batch.Size}x{batch.Size} do not fit into the memory of "
                    + $"{Step.Device} ({exception.Message.Split('\n')[0]}); take a smaller batch or smaller sizes, or more ranks",
                exception
            );
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Step.Dispose();
        network.Dispose();
        (batches as IDisposable)?.Dispose();
    }

    private void Note(string text)
    {
        if (ranks.Rank == 0)
        {
            Console.Error.WriteLine($"ppyolo: note: {text}");
        }
    }

    private static Tensor Uniform(string name, long[] shape)
    {
        var numbers = empty(shape, dtype: ScalarType.Float32);
        new PortableStream(name).FillUniform(MemoryMarshal.Cast<byte, float>(numbers.bytes));
        return numbers;
    }
}
