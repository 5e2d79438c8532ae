using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>A way in which training can go wrong, carried out to see whether it gives what was found.</summary>
internal sealed class Alteration : TrainingFactory
{
    /// <summary>Another network.</summary>
    public Func<NetworkOptions, NetworkOptions> Network { get; init; } = options => options;

    /// <summary>Another recipe.</summary>
    public Func<TrainingRecipe, TrainingRecipe> Recipe { get; init; } = recipe => recipe;

    /// <summary>Other batches.</summary>
    public Func<Batch, Batch> Batch { get; init; } = batch => batch;

    /// <summary>Norms normalize with running statistics.</summary>
    public bool EvaluatesNorms { get; init; }

    /// <summary>Ranks keep their statistics to themselves.</summary>
    public bool KeepsStatistics { get; init; }

    /// <summary>Both, one after the other.</summary>
    public Alteration And(Alteration other) =>
        new()
        {
            Network = options => other.Network(Network(options)),
            Recipe = recipe => other.Recipe(Recipe(recipe)),
            Batch = batch => other.Batch(Batch(batch)),
            EvaluatesNorms = EvaluatesNorms || other.EvaluatesNorms,
            KeepsStatistics = KeepsStatistics || other.KeepsStatistics,
        };

    /// <inheritdoc />
    public override PPYoloNetwork CreateNetwork(NetworkOptions options, NamedTensors weights, Device device) =>
        base.CreateNetwork(Network(options), weights, device);

    /// <inheritdoc />
    public override TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks) =>
        KeepsStatistics
            ? new UnsharedStep(this, network, Recipe(recipe), globalBatch, ranks)
            : new AlteredStep(this, network, Recipe(recipe), globalBatch, ranks);

    private class AlteredStep(Alteration alteration, PPYoloNetwork network, TrainingRecipe recipe, long batch, IRanks ranks)
        : TrainStep(network, recipe, batch, ranks)
    {
        protected override LossTerms Forward(Batch batch)
        {
            if (alteration.EvaluatesNorms)
            {
                foreach (var norm in Network.modules().OfType<BatchNorm>())
                {
                    norm.eval();
                }
            }

            return base.Forward(alteration.Batch(batch));
        }
    }

    private sealed class UnsharedStep(Alteration alteration, PPYoloNetwork network, TrainingRecipe recipe, long batch, IRanks ranks)
        : AlteredStep(alteration, network, recipe, batch, ranks)
    {
        protected override void ShareStatistics() { }
    }
}
