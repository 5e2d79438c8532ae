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
/// The parts of a training step. <see cref="TrainStep"/> only says in which order they act, so that a part can be exchanged without the
/// others noticing: `parts with { Rate = iteration => 2 * parts.Rate(iteration) }`.
/// </summary>
public sealed record StepParts : IDisposable
{
    /// <summary>The network, in training mode and with its start weights.</summary>
    public required PPYoloNetwork Network { get; init; }

    /// <summary>The network's state_dict.</summary>
    public required IReadOnlyList<StateEntry> Entries { get; init; }

    /// <summary>Who trains together.</summary>
    public required IRanks Ranks { get; init; }

    /// <summary>The optimizer, which has the parameters that train.</summary>
    public required SgdMomentum Optimizer { get; init; }

    /// <summary>The moving average.</summary>
    public required ExponentialMovingAverage Average { get; init; }

    /// <summary>What sums gradients over ranks; null where there is one rank.</summary>
    public GradientReduction? Reduction { get; init; }

    /// <summary>What several ranks have once; null where every rank has its own.</summary>
    internal SharedState? Shared { get; init; }

    /// <summary>The batch that is fed in the place of the one that came.</summary>
    public Func<Batch, Batch> Feed { get; init; } = batch => batch;

    /// <summary>The rate of an iteration.</summary>
    public required Func<int, double> Rate { get; init; }

    /// <summary>Removes the last iteration's gradients.</summary>
    public required Action ClearGradients { get; init; }

    /// <summary>Network and losses of images, boxes and targets.</summary>
    public required Func<Tensor, Tensor, IReadOnlyList<Tensor>, LossTerms> Losses { get; init; }

    /// <summary>Gradients of the summed loss, times this rank's share of the images times the number of ranks.</summary>
    public required Action<StepMoment, double> Backward { get; init; }

    /// <summary>Averages gradients over ranks.</summary>
    public required Action Reduce { get; init; }

    /// <summary>The L2 norm of each group's gradient where they are clipped, else null.</summary>
    public required Func<double[]?> GradientNorms { get; init; }

    /// <summary>Clipping by these norms, each group on its own, and the optimizer's step at this rate.</summary>
    public required Action<double, double[]?> Update { get; init; }

    /// <summary>The moving average's step.</summary>
    public required Action MoveAverage { get; init; }

    /// <summary>The moving average as it is saved.</summary>
    public required Func<NamedTensors> ReadAverage { get; init; }

    /// <summary>The parts of the reference's training.</summary>
    /// <param name="network">The network, which has its start weights; put into training mode.</param>
    /// <param name="recipe">How weights change.</param>
    /// <param name="globalBatch">Images in an iteration, over all ranks.</param>
    /// <param name="ranks">Who trains together; null is this process alone.</param>
    /// <param name="groups">The optimizer's groups; null are the reference's.</param>
    /// <param name="sharesStatistics">Whether norms see the batches of all ranks.</param>
    /// <param name="shared">What ranks of one process have once; who changes parts must share nothing.</param>
    internal static StepParts Of(
        PPYoloNetwork network,
        TrainingRecipe recipe,
        long globalBatch,
        IRanks? ranks = null,
        IReadOnlyList<ParameterGroup>? groups = null,
        bool sharesStatistics = true,
        SharedState? shared = null
    )
    {
        ranks ??= new SoloRanks();
        var entries = StateEntries.Of(network);
        var schedule = new LearningRateSchedule(recipe, globalBatch);
        groups ??= ParameterGroup.Of(entries, recipe.WeightDecay, recipe.OptimizerGroups);
        var optimizer = new SgdMomentum(groups, recipe.Momentum, shared?.Momentum);
        var average = new ExponentialMovingAverage(entries, recipe, shared?.Averages);
        var reduction = ranks.Size > 1 ? new GradientReduction(ranks, [.. optimizer.Groups.SelectMany(group => group.Parameters)]) : null;
        if (ranks.Size > 1 && sharesStatistics)
        {
            network.ShareStatistics(new RankStatistics(ranks));
        }

        network.train();
        var parts = new StepParts
        {
            Network = network,
            Entries = entries,
            Ranks = ranks,
            Optimizer = optimizer,
            Average = average,
            Reduction = reduction,
            Rate = iteration => schedule.Rate(iteration),
            ClearGradients = optimizer.ClearGradients,
            Losses = network.Losses,
            Backward = (moment, weight) =>
            {
                var total = moment.Terms!.Total;
                (weight == 1 ? total : total * Scalars.Of(weight)).backward();
                BackwardPass.Finish();
            },
            Reduce = () => reduction?.Average(),
            GradientNorms = () => recipe.ClipGradNorm is null ? null : optimizer.GradientNorms(),
            Update = (rate, norms) => Step(optimizer, rate, norms, recipe.ClipGradNorm),
            MoveAverage = average.Update,
            ReadAverage = () => average.Read(entries),
        };
        return shared is null ? parts : parts.Sharing(shared);
    }

    /// <summary>The entry of a key.</summary>
    public StateEntry Entry(string key) => Entries.Single(entry => entry.Key == key);

    /// <summary>Checks that all ranks hold the same weights and statistics.</summary>
    /// <param name="when">When, for the message.</param>
    /// <exception cref="ReplicaDivergenceException">Ranks differ.</exception>
    public void CheckReplicas(string when)
    {
        if (Shared is null)
        {
            ReplicaCheck.Run(Ranks, Entries, when);
        }
        else
        {
            Shared.Check(when);
        }
    }

    /// <summary>Frees optimizer and moving average; the network stays.</summary>
    public void Dispose()
    {
        Optimizer.ClearGradients();
        Optimizer.Dispose();
        Average.Dispose();
        Shared?.Dispose();
    }

    /// <summary>The same parts, which change what is shared when no rank reads it.</summary>
    private StepParts Sharing(SharedState shared) =>
        this with
        {
            Shared = shared,
            Update = (rate, norms) =>
                shared.Change(
                    "the optimizer's step",
                    [("the learning rate", rate), .. (norms ?? []).Select((norm, i) => ($"gradient norm {i}", norm))],
                    () => Update(rate, norms)
                ),
            MoveAverage = () => shared.Change("the moving average", [("the number of updates", Average.Updates)], MoveAverage),
        };

    private static void Step(SgdMomentum optimizer, double rate, double[]? norms, double? limit)
    {
        Span<double> scales = stackalloc double[optimizer.Groups.Count];
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] = norms is null ? 1 : Math.Min(1, limit!.Value / (norms[i] + 1e-6));
        }

        optimizer.Step(rate, scales);
    }
}
