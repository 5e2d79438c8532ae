using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Operations;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// One iteration of training in the reference's order: forward, losses, backward, clipping, optimizer, moving average; the learning rate of
/// the next iteration follows from its number. Everything that an iteration allocates is freed at its end.
/// </summary>
public class TrainStep : IDisposable
{
    private readonly LearningRateSchedule schedule;
    private readonly TrainingRecipe recipe;
    private readonly GradientReduction? reduction;

    /// <summary>Prepares training of a network that has its start weights.</summary>
    /// <param name="network">The network; put into training mode.</param>
    /// <param name="recipe">How weights change.</param>
    /// <param name="globalBatch">Images in an iteration, over all ranks.</param>
    /// <param name="ranks">Who trains together; null is this process alone.</param>
    public TrainStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks? ranks = null)
    {
        Network = network;
        Ranks = ranks ?? new SoloRanks();
        this.recipe = recipe;
        Entries = StateEntries.Of(network);
        Device = Entries[0].Value.device;
        schedule = new(recipe, globalBatch);
#pragma warning disable CA2214 // A derived step may group parameters in another way; it has no state of its own that this needs.
        Optimizer = new(GroupParameters(recipe), recipe.Momentum);
#pragma warning restore CA2214
        Ema = new(Entries, recipe);
        if (Ranks.Size > 1)
        {
            reduction = new(Ranks, [.. Optimizer.Groups.SelectMany(group => group.Parameters)]);
#pragma warning disable CA2214 // As above.
            ShareStatistics();
#pragma warning restore CA2214
        }

        network.train();
    }

    /// <summary>Who trains together.</summary>
    public IRanks Ranks { get; }

    /// <summary>The network that trains.</summary>
    public PPYoloNetwork Network { get; }

    /// <summary>The network's state_dict.</summary>
    public IReadOnlyList<StateEntry> Entries { get; }

    /// <summary>Where the network is.</summary>
    public Device Device { get; }

    /// <summary>The optimizer.</summary>
    public SgdMomentum Optimizer { get; }

    /// <summary>The moving average.</summary>
    public ExponentialMovingAverage Ema { get; }

    /// <summary>The number of the next iteration.</summary>
    public int Iteration { get; set; }

    /// <summary>The rate that the next iteration will use.</summary>
    public double NextLearningRate => LearningRate(Iteration);

    /// <summary>Called after each phase; for looking, not for changing.</summary>
    public Action<StepPhase>? Observer { get; set; }

    /// <summary>Called at the end of each iteration; for looking, not for changing.</summary>
    public Action<StepResult>? Completed { get; set; }

    /// <summary>Who records what the step computes, or null.</summary>
    internal IStepTrace? Trace { get; set; }

    /// <summary>Trains on one batch.</summary>
    /// <exception cref="NonFiniteLossException">A loss is NaN or infinite; weights have not been changed by this iteration.</exception>
    public StepResult Run(Batch batch)
    {
        using var scope = NewDisposeScope();
        // The last iteration's can be read until here; during the forward pass they would only take memory.
        ClearGradients();
        var terms = Forward(batch);
        var local = Values(terms);
        var (losses, globalCount) = AverageLosses(local, batch.Count);
        Trace?.Forward(losses);
        Observer?.Invoke(StepPhase.Forward);
        if (losses.Any(loss => !float.IsFinite(loss.Value)))
        {
            throw new NonFiniteLossException(Iteration, batch, losses, local);
        }

        // Ranks with more images than others count for more; averaging over ranks then gives the mean over images.
        Backward(terms, batch.Count * Ranks.Size / (double)globalCount);
        Trace?.Backward();
        ReduceGradients();
        Trace?.Reduced();
        Observer?.Invoke(StepPhase.Backward);
        var rate = LearningRate(Iteration);
        Trace?.Rate(rate);
        var norms = recipe.ClipGradNorm is null ? null : Optimizer.GradientNorms();
        UpdateWeights(rate, norms);
        Trace?.Updated();
        Observer?.Invoke(StepPhase.Optimizer);
        UpdateEma();
        Trace?.Averaged();
        Observer?.Invoke(StepPhase.Ema);
        var result = new StepResult(Iteration, batch.Size, rate, losses, norms) { LocalLosses = local };
        Completed?.Invoke(result);
        Iteration++;
        return result;
    }

    /// <summary>The moving average as it is saved.</summary>
    /// <exception cref="InvalidOperationException">There was no iteration yet.</exception>
    public virtual NamedTensors ReadEma() => Ema.Read(Entries);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees optimizer and moving average; the network stays.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            reduction?.Dispose();
            Optimizer.ClearGradients();
            Optimizer.Dispose();
            Ema.Dispose();
        }
    }

    /// <summary>The optimizer's groups.</summary>
    protected virtual IReadOnlyList<ParameterGroup> GroupParameters(TrainingRecipe recipe) =>
        ParameterGroup.Of(Entries, recipe.WeightDecay);

    /// <summary>The rate of an iteration.</summary>
    protected virtual double LearningRate(int iteration) => schedule.Rate(iteration);

    /// <summary>Removes the last iteration's gradients.</summary>
    protected virtual void ClearGradients() => Optimizer.ClearGradients();

    /// <summary>Network and losses.</summary>
    protected virtual LossTerms Forward(Batch batch)
    {
        using var scope = NewDisposeScope();
        var images = batch.Images.ToTorch(Device);
        var boxes = batch.Boxes.ToTorch(Device);
        var targets = batch.Targets.Select(target => target.ToTorch(Device)).ToList();
        Trace?.Fed(images, boxes, targets);
        return Network.Losses(images, boxes, targets).MoveToOuterDisposeScope();
    }

    /// <summary>Gradients of the summed loss.</summary>
    /// <param name="terms">The losses.</param>
    /// <param name="weight">This rank's share of the images times the number of ranks: 1 where all have equally many.</param>
    protected virtual void Backward(LossTerms terms, double weight)
    {
        (weight == 1 ? terms.Total : terms.Total * Scalars.Of(weight)).backward();
        BackwardPass.Finish();
    }

    /// <summary>Averages gradients over ranks.</summary>
    protected virtual void ReduceGradients() => reduction?.Average();

    /// <summary>Makes norms see the batches of all ranks.</summary>
    protected virtual void ShareStatistics() => Network.ShareStatistics(new RankStatistics(Ranks));

    /// <summary>Clipping, each group on its own, and the optimizer's step.</summary>
    protected virtual void UpdateWeights(double rate, double[]? gradientNorms)
    {
        Span<double> scales = stackalloc double[Optimizer.Groups.Count];
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] = gradientNorms is null ? 1 : Math.Min(1, recipe.ClipGradNorm!.Value / (gradientNorms[i] + 1e-6));
        }

        Optimizer.Step(rate, scales);
    }

    /// <summary>The moving average's step.</summary>
    protected virtual void UpdateEma() => Ema.Update();

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
        var values = sums.data<double>().ToArray();
        return ([.. local.Select((loss, i) => KeyValuePair.Create(loss.Key, (float)(values[i] / values[^1])))], (long)values[^1]);
    }

    private static KeyValuePair<string, float>[] Values(LossTerms terms)
    {
        // One transfer for all: each would wait for the device on its own.
        using var packed = stack([.. terms.Terms.Select(term => term.Value.detach()), terms.Total.detach()]).cpu();
        var values = packed.data<float>().ToArray();
        return [.. terms.Terms.Select((term, i) => KeyValuePair.Create(term.Name, values[i])), new(LossTerms.TotalName, values[^1])];
    }
}
