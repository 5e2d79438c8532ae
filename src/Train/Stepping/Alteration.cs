using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;

namespace PPYolo.Train.Stepping;

/// <summary>
/// A way in which a training is another than the right one. The harness shows by alterations that it notices them, and explains a run by
/// carrying out what may have gone wrong; a training without one is right.
/// </summary>
public sealed record Alteration
{
    /// <summary>No alteration.</summary>
    public static readonly Alteration None = new();

    /// <summary>Another network.</summary>
    public Func<NetworkOptions, NetworkOptions> Network { get; init; } = options => options;

    /// <summary>Another recipe.</summary>
    public Func<TrainingRecipe, TrainingRecipe> Recipe { get; init; } = recipe => recipe;

    /// <summary>What happens to the network after its start weights were loaded.</summary>
    public Action<PPYoloNetwork> Loaded { get; init; } = _ => { };

    /// <summary>The batches of a rank, given those of all.</summary>
    public Func<Func<int, IBatchSource>, int, IBatchSource> Batches { get; init; } = (right, rank) => right(rank);

    /// <summary>Other groups of the optimizer.</summary>
    public Func<IReadOnlyList<ParameterGroup>, IReadOnlyList<ParameterGroup>> Groups { get; init; } = groups => groups;

    /// <summary>Whether norms see the batches of all ranks, as they should.</summary>
    public bool SharesStatistics { get; init; } = true;

    /// <summary>Other parts of the step.</summary>
    public Func<StepParts, StepParts> Parts { get; init; } = parts => parts;

    /// <summary>Feeds other batches than those that come.</summary>
    public static Alteration OfBatch(Func<Batch, Batch> change) =>
        new() { Parts = parts => parts with { Feed = batch => change(parts.Feed(batch)) } };

    /// <summary>Both: first this, then the other.</summary>
    public Alteration And(Alteration other) =>
        new()
        {
            Network = options => other.Network(Network(options)),
            Recipe = recipe => other.Recipe(Recipe(recipe)),
            Loaded = Loaded + other.Loaded,
            Batches = (right, rank) => other.Batches(own => Batches(right, own), rank),
            Groups = groups => other.Groups(Groups(groups)),
            SharesStatistics = SharesStatistics && other.SharesStatistics,
            Parts = parts => other.Parts(Parts(parts)),
        };

    /// <summary>The parts of the altered step.</summary>
    /// <param name="network">The network, which has its start weights.</param>
    /// <param name="recipe">The right recipe.</param>
    /// <param name="globalBatch">Images in an iteration, over all ranks.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="shared">What ranks of one process have once.</param>
    internal StepParts PartsOf(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks, SharedState? shared)
    {
        var altered = Recipe(recipe);
        var groups = Groups(ParameterGroup.Of(Model.State.StateEntries.Of(network), altered.WeightDecay, altered.OptimizerGroups));
        return Parts(StepParts.Of(network, altered, globalBatch, ranks, groups, SharesStatistics, shared));
    }
}
