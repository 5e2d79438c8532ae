using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Alignment;

/// <summary>Trainings that are wrong in one place each.</summary>
public static class BrokenTraining
{
    public static TrainingFactory WeightDecayInTheWrongGroup() =>
        new Broken { Step = (network, recipe, batch) => new DecayInTheWrongGroup(network, recipe, batch) };

    public static TrainingFactory WeightDecayLeftOut() => new Broken { Recipe = recipe => recipe with { WeightDecay = 0 } };

    public static TrainingFactory RateOneStepLate() =>
        new Broken
        {
            Step = (network, recipe, batch) =>
                new BrokenStep(network, recipe, batch) { Rate = (right, iteration) => right(Math.Max(0, iteration - 1)) },
        };

    public static TrainingFactory WarmUpLeftOut() => new Broken { Recipe = recipe => recipe with { WarmupIterations = 0 } };

    public static TrainingFactory RateUsedTwice() =>
        new Broken
        {
            Step = (network, recipe, batch) => new BrokenStep(network, recipe, batch) { Update = (right, rate) => right(2 * rate) },
        };

    public static TrainingFactory Momentum085() => new Broken { Recipe = recipe => recipe with { Momentum = 0.85 } };

    public static TrainingFactory EmaOneStepEarly() =>
        new Broken { Step = (network, recipe, batch) => new BrokenStep(network, recipe, batch) { EmaBeforeOptimizer = true } };

    public static TrainingFactory EmaDecayConstant() =>
        new Broken { Recipe = recipe => recipe with { EmaDecay = 0.9, EmaDecayType = EmaDecayType.Normal } };

    public static TrainingFactory NormMomentum001() => new Broken { Options = options => options with { NormMomentum = 0.01 } };

    public static TrainingFactory NormEpsilon1e3() => new Broken { Options = options => options with { NormEpsilon = 1e-3 } };

    public static TrainingFactory AnchorsOfTwoLevelsSwapped() =>
        new Broken { Options = options => options with { AnchorMasks = [options.AnchorMasks[1], options.AnchorMasks[0]] } };

    public static TrainingFactory ScaleXYIgnored() => new Broken { Options = options => options with { ScaleXY = 1 } };

    public static TrainingFactory OneWeightNotLoaded() =>
        new Broken
        {
            Weights = network =>
            {
                using var noGrad = no_grad();
                StateEntries.Of(network).First(entry => entry.Key == "neck.yolo_transition_0.conv.weight").Value.mul_(1.01);
            },
        };

    public static TrainingFactory DropBlockLeftOn() =>
        new Broken
        {
            Options = options => options with { DropBlock = true },
            Weights = network =>
                network.Randomness.Source = (name, shape) =>
                {
                    var numbers = empty(shape);
                    new PortableStream(name).FillUniform(MemoryMarshal.Cast<byte, float>(numbers.bytes));
                    return numbers;
                },
        };

    public static TrainingFactory GradientOfOneTensorDropped() =>
        new Broken
        {
            Step = (network, recipe, batch) =>
                new BrokenStep(network, recipe, batch)
                {
                    AfterBackward = entries =>
                        entries.First(entry => entry.Key == "neck.yolo_block_1.tip.batch_norm.bias").Value.grad = null,
                },
        };

    public static TrainingFactory FrozenStageThawed() => new Broken { Options = options => options with { FreezeAt = 2 } };

    public static TrainingFactory FrozenWeightDrifts() =>
        new Broken
        {
            Step = (network, recipe, batch) =>
                new BrokenStep(network, recipe, batch)
                {
                    AfterBackward = entries =>
                    {
                        using var noGrad = no_grad();
                        entries.First(entry => entry.Key == "backbone.res2.res2a.branch2a.conv.weight").Value.mul_(1.01);
                    },
                },
        };

    public static TrainingFactory ClippingLeftOut() => new Broken { Recipe = recipe => recipe with { ClipGradNorm = null } };

    private sealed class Broken : TrainingFactory
    {
        public Func<NetworkOptions, NetworkOptions> Options { get; init; } = options => options;

        public Func<TrainingRecipe, TrainingRecipe> Recipe { get; init; } = recipe => recipe;

        public Action<PPYoloNetwork> Weights { get; init; } = _ => { };

        public Func<PPYoloNetwork, TrainingRecipe, long, TrainStep> Step { get; init; } =
            (network, recipe, batch) => new TrainStep(network, recipe, batch);

        public override PPYoloNetwork CreateNetwork(NetworkOptions options, NamedTensors weights, Device device)
        {
            var network = base.CreateNetwork(Options(options), weights, device);
            Weights(network);
            return network;
        }

        public override TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks) =>
            Step(network, Recipe(recipe), globalBatch);
    }

    private sealed class DecayInTheWrongGroup(PPYoloNetwork network, TrainingRecipe recipe, long batch) : TrainStep(network, recipe, batch)
    {
        protected override IReadOnlyList<ParameterGroup> GroupParameters(TrainingRecipe recipe)
        {
            var groups = base.GroupParameters(recipe);
            return [groups[0] with { WeightDecay = groups[1].WeightDecay }, groups[1] with { WeightDecay = 0 }];
        }
    }

    private sealed class BrokenStep(PPYoloNetwork network, TrainingRecipe recipe, long batch) : TrainStep(network, recipe, batch)
    {
        public Func<Func<int, double>, int, double> Rate { get; init; } = (right, iteration) => right(iteration);

        public Action<Action<double>, double> Update { get; init; } = (right, rate) => right(rate);

        public Action<IReadOnlyList<StateEntry>> AfterBackward { get; init; } = _ => { };

        public bool EmaBeforeOptimizer { get; init; }

        protected override double LearningRate(int iteration) => Rate(base.LearningRate, iteration);

        protected override void Backward(LossTerms terms, double weight)
        {
            base.Backward(terms, weight);
            AfterBackward(Entries);
        }

        protected override void UpdateWeights(double rate, double[]? gradientNorms)
        {
            if (EmaBeforeOptimizer)
            {
                base.UpdateEma();
            }

            Update(used => base.UpdateWeights(used, gradientNorms), rate);
        }

        protected override void UpdateEma()
        {
            if (!EmaBeforeOptimizer)
            {
                base.UpdateEma();
            }
        }
    }
}
