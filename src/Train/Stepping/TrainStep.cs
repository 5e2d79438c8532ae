using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Memory;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// One iteration of training in the reference's order: forward, losses, backward, clipping, optimizer, moving average; the learning rate of
/// the next iteration follows from its number. Everything that an iteration allocates is freed at its end.
/// </summary>
/// <param name="parts">What acts, which this owns.</param>
public sealed class TrainStep(StepParts parts) : IDisposable
{
    private readonly List<IStepWatch> watches = [];
    private readonly BatchTransfer transfer = new(parts.Entries[0].Value.device);

    // Iterations may be set back; passes never are.
    private long passes;

    /// <summary>Who trains together.</summary>
    public IRanks Ranks => parts.Ranks;

    /// <summary>The network that trains.</summary>
    public PPYoloNetwork Network => parts.Network;

    /// <summary>The network's state_dict.</summary>
    public IReadOnlyList<StateEntry> Entries => parts.Entries;

    /// <summary>Where the network is.</summary>
    public Device Device { get; } = parts.Entries[0].Value.device;

    /// <summary>The optimizer.</summary>
    public SgdMomentum Optimizer => parts.Optimizer;

    /// <summary>The moving average.</summary>
    public ExponentialMovingAverage Ema => parts.Average;

    /// <summary>The number of the next iteration.</summary>
    public int Iteration { get; set; }

    /// <summary>
    /// Asked for the batch of the next iteration, so that it is made and copied while the device computes this one; null where nobody
    /// knows it. It is not asked on the CPU, which would do that instead of computing.
    /// </summary>
    public Func<Batch?>? Ahead { get; set; }

    /// <summary>How batches come to the device.</summary>
    internal BatchTransfer Transfer => transfer;

    /// <summary>The rate that the next iteration will use.</summary>
    public double NextLearningRate => parts.Rate(Iteration);

    /// <summary>Has somebody told of all that follows, after those who are told already.</summary>
    public void Watch(IStepWatch watch) => watches.Add(watch);

    /// <summary>Tells somebody no more.</summary>
    public void Unwatch(IStepWatch watch) => watches.Remove(watch);

    /// <summary>Trains on one batch.</summary>
    /// <exception cref="NonFiniteLossException">A loss is NaN or infinite; weights have not been changed by this iteration.</exception>
    public StepResult Run(Batch batch)
    {
        using var scope = NewDisposeScope();
        using var pass = parts.Shared?.Factors.Enter(passes++);
        var (moment, local, globalCount) = Begin(batch);

        // Ranks with more images than others count for more; averaging over ranks then gives the mean over images.
        parts.Backward(moment, batch.Count * Ranks.Size / (double)globalCount);
        Tell(TracePhase.Gradient, moment);
        parts.Reduce();
        Tell(TracePhase.Reduction, moment);
        moment.Rate = parts.Rate(Iteration);
        Tell(TracePhase.Schedule, moment);
        var norms = parts.GradientNorms();
        parts.Update(moment.Rate, norms);
        Tell(TracePhase.Weights, moment);
        parts.MoveAverage();
        Tell(TracePhase.Ema, moment);
        Iteration++;
        return new(moment.Iteration, batch.Size, moment.Rate, moment.Losses, norms) { LocalLosses = local };
    }

    /// <summary>The forward pass of one batch and its losses; nothing is learned, but running statistics move.</summary>
    /// <exception cref="NonFiniteLossException">A loss is NaN or infinite.</exception>
    public void Look(Batch batch)
    {
        using var scope = NewDisposeScope();
        Begin(batch);
    }

    /// <summary>The moving average as it is saved.</summary>
    /// <exception cref="InvalidOperationException">There was no iteration yet.</exception>
    public NamedTensors ReadEma() => parts.ReadAverage();

    /// <summary>The optimizer's state_dict without its buffers, as weight files have it.</summary>
    /// <param name="options">What is trained.</param>
    public PickleValue Groups(TrainOptions options) =>
        new SgdState(
            OptimizerLayout.Of(Optimizer.Groups, options.ToRecipe(), options.Batch, NextLearningRate),
            new Dictionary<long, TensorData>()
        ).ToPickle();

    /// <inheritdoc cref="StepParts.CheckReplicas" />
    public void CheckReplicas(string when) => parts.CheckReplicas(when);

    /// <summary>Frees optimizer and moving average; the network stays.</summary>
    public void Dispose()
    {
        transfer.Dispose();
        parts.Dispose();
    }

    private (StepMoment Moment, KeyValuePair<string, float>[] Local, long GlobalCount) Begin(Batch batch)
    {
        var moment = new StepMoment(Iteration, batch);
        // The last iteration's can be read until here; during the forward pass they would only take memory.
        parts.ClearGradients();
        moment.Terms = Forward(batch);
        if (!CpuPath.HasMemory(Entries[0].Value) && Ahead?.Invoke() is { } next)
        {
            // The device has the whole forward pass to do, and the program would now wait for its losses.
            transfer.Begin(next, parts.Feed);
        }

        var local = Values(moment.Terms);
        (moment.Losses, var globalCount) = AverageLosses(local, batch.Count);
        Tell(TracePhase.Loss, moment);
        return moment.Losses.Any(loss => !float.IsFinite(loss.Value))
            ? throw new NonFiniteLossException(Iteration, batch, moment.Losses, local)
            : (moment, local, globalCount);
    }

    private LossTerms Forward(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (images, boxes, targets) = transfer.Take(batch, parts.Feed, scope);
        watches.ForEach(watch => watch.Fed(images, boxes, targets));
        return parts.Losses(images, boxes, targets).MoveToOuterDisposeScope();
    }

    private void Tell(TracePhase phase, StepMoment moment)
    {
        foreach (var watch in watches)
        {
            watch.After(phase, moment);
        }
    }

    /// <summary>
    /// The mean over the images of all ranks, and their number. A loss that is not finite on one rank is not finite for all, so that all
    /// stop together.
    /// </summary>
    private (IReadOnlyList<KeyValuePair<string, float>> Losses, long Count) AverageLosses(KeyValuePair<string, float>[] local, long count)
    {
        if (Ranks.Size == 1)
        {
            return (local, count);
        }

        using var sums = tensor([.. local.Select(loss => (double)loss.Value * count), count], dtype: ScalarType.Float64);
        Ranks.Sum("losses", sums);
        var values = HostRead.Elements<double>(sums);
        return ([.. local.Select((loss, i) => KeyValuePair.Create(loss.Key, (float)(values[i] / values[^1])))], (long)values[^1]);
    }

    private static KeyValuePair<string, float>[] Values(LossTerms terms)
    {
        // One transfer for all: each would wait for the device on its own.
        using var packed = stack([.. terms.Terms.Select(term => term.Value.detach()), terms.Total.detach()]);
        var values = HostRead.Elements<float>(packed);
        return [.. terms.Terms.Select((term, i) => KeyValuePair.Create(term.Name, values[i])), new(LossTerms.TotalName, values[^1])];
    }
}
