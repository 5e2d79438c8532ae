using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>Makes trainings that are wrong where a switch is set, and right otherwise.</summary>
internal sealed record FaultyTraining
{
    public Func<NetworkOptions, NetworkOptions> Options { get; init; } = options => options;

    public Func<TrainingRecipe, TrainingRecipe> Recipe { get; init; } = recipe => recipe;

    /// <summary>After the start weights were loaded.</summary>
    public Action<PPYoloNetwork> Network { get; init; } = _ => { };

    /// <summary>The source of a rank, given those of all.</summary>
    public Func<Func<int, IBatchSource>, int, IBatchSource> Batches { get; init; } = (right, rank) => right(rank);

    /// <summary>The batch that is fed.</summary>
    public Func<Batch, Batch> Batch { get; init; } = batch => batch;

    /// <summary>Around the forward pass.</summary>
    public Func<FaultyStep, Func<LossTerms>, LossTerms> Forward { get; init; } = (_, right) => right();

    /// <summary>The learning rate of an iteration.</summary>
    public Func<Func<int, double>, int, int, double> Rate { get; init; } = (right, iteration, _) => right(iteration);

    /// <summary>What the loss is multiplied by before the backward pass, given the images of the rank.</summary>
    public Func<long, double> LossFactor { get; init; } = _ => 1;

    /// <summary>Gradients are kept, so that the next backward pass adds to them.</summary>
    public bool KeepsGradients { get; init; }

    /// <summary>After the backward pass of a rank.</summary>
    public Action<FaultyStep> Gradients { get; init; } = _ => { };

    public bool NeedsOwnGradients { get; init; }

    /// <summary>After gradients were averaged.</summary>
    public Action<FaultyStep> Reduced { get; init; } = _ => { };

    public Func<IReadOnlyList<ParameterGroup>, IReadOnlyList<ParameterGroup>> Groups { get; init; } = groups => groups;

    /// <summary>Around the optimizer's step.</summary>
    public Action<FaultyStep, double, double[]?, Action<double, double[]?>> Update { get; init; } =
        (_, rate, norms, right) => right(rate, norms);

    public bool EmaBeforeOptimizer { get; init; }

    /// <summary>After the moving average's step.</summary>
    public Action<FaultyStep> Averaged { get; init; } = _ => { };

    /// <summary>Before the first iteration.</summary>
    public Action<FaultyStep> Prepared { get; init; } = _ => { };

    public bool SavesEmaUncorrected { get; init; }

    public bool SharesStatistics { get; init; } = true;

    public TrainingFactory Factory => new FaultyFactory(this);

    /// <summary>Both wrongs in one training: the first where both change the same thing.</summary>
    public FaultyTraining And(FaultyTraining other) =>
        new()
        {
            Options = options => other.Options(Options(options)),
            Recipe = recipe => other.Recipe(Recipe(recipe)),
            Network = network =>
            {
                Network(network);
                other.Network(network);
            },
            Batches = (right, rank) => other.Batches(own => Batches(right, own), rank),
            Batch = batch => other.Batch(Batch(batch)),
            Forward = (step, right) => other.Forward(step, () => Forward(step, right)),
            Rate = (right, iteration, ranks) => other.Rate(own => Rate(right, own, ranks), iteration, ranks),
            LossFactor = images => LossFactor(images) * other.LossFactor(images),
            KeepsGradients = KeepsGradients || other.KeepsGradients,
            Gradients = step =>
            {
                Gradients(step);
                other.Gradients(step);
            },
            NeedsOwnGradients = NeedsOwnGradients || other.NeedsOwnGradients,
            Reduced = step =>
            {
                Reduced(step);
                other.Reduced(step);
            },
            Groups = groups => other.Groups(Groups(groups)),
            Update = (step, rate, norms, right) =>
                other.Update(step, rate, norms, (ownRate, ownNorms) => Update(step, ownRate, ownNorms, right)),
            EmaBeforeOptimizer = EmaBeforeOptimizer || other.EmaBeforeOptimizer,
            Averaged = step =>
            {
                Averaged(step);
                other.Averaged(step);
            },
            Prepared = step =>
            {
                Prepared(step);
                other.Prepared(step);
            },
            SavesEmaUncorrected = SavesEmaUncorrected || other.SavesEmaUncorrected,
            SharesStatistics = SharesStatistics && other.SharesStatistics,
        };

    private sealed class FaultyFactory(FaultyTraining fault) : TrainingFactory
    {
        public override PPYoloNetwork CreateNetwork(NetworkOptions options, NamedTensors weights, Device device)
        {
            var network = base.CreateNetwork(fault.Options(options), weights, device);
            fault.Network(network);
            return network;
        }

        public override TrainStep CreateStep(PPYoloNetwork network, TrainingRecipe recipe, long globalBatch, IRanks ranks)
        {
            // The base class asks for groups and statistics before a derived class has its fields.
            FaultyStep.Creating = fault;
            var step = new FaultyStep(fault, network, fault.Recipe(recipe), globalBatch, ranks);
            fault.Prepared(step);
            return step;
        }
    }

    /// <summary>A step that asks its fault everywhere.</summary>
    internal sealed class FaultyStep(FaultyTraining fault, PPYoloNetwork network, TrainingRecipe recipe, long batch, IRanks ranks)
        : TrainStep(network, recipe, batch, ranks)
    {
        private long images;

        /// <summary>This rank's gradients before they were averaged, where the fault needs them.</summary>
        public Dictionary<string, Tensor> OwnGradients { get; } = new(StringComparer.Ordinal);

        [ThreadStatic]
        internal static FaultyTraining? Creating;

        public override NamedTensors ReadEma() => fault.SavesEmaUncorrected ? Ema.State() : base.ReadEma();

        public StateEntry Entry(string key) => Entries.Single(entry => entry.Key == key);

        protected override IReadOnlyList<ParameterGroup> GroupParameters(TrainingRecipe recipe) =>
            Creating!.Groups(base.GroupParameters(recipe));

        protected override void ShareStatistics()
        {
            if (Creating!.SharesStatistics)
            {
                base.ShareStatistics();
            }
        }

        protected override double LearningRate(int iteration) => fault.Rate(base.LearningRate, iteration, Ranks.Size);

        protected override void ClearGradients()
        {
            if (!fault.KeepsGradients)
            {
                base.ClearGradients();
            }
        }

        protected override LossTerms Forward(Batch batch)
        {
            images = batch.Count;
            return fault.Forward(this, () => base.Forward(fault.Batch(batch)));
        }

        protected override void Backward(LossTerms terms, double weight)
        {
            base.Backward(terms, weight * fault.LossFactor(images));
            using var noGrad = no_grad();
            fault.Gradients(this);
            foreach (var entry in Entries.Where(entry => fault.NeedsOwnGradients && entry.IsTrainable))
            {
                OwnGradients[entry.Key] = entry.Value.grad!.clone();
            }
        }

        protected override void ReduceGradients()
        {
            using var noGrad = no_grad();
            base.ReduceGradients();
            fault.Reduced(this);
        }

        protected override void UpdateWeights(double rate, double[]? gradientNorms)
        {
            if (fault.EmaBeforeOptimizer)
            {
                base.UpdateEma();
            }

            using var noGrad = no_grad();
            fault.Update(this, rate, gradientNorms, base.UpdateWeights);
        }

        protected override void UpdateEma()
        {
            if (!fault.EmaBeforeOptimizer)
            {
                base.UpdateEma();
            }

            using var noGrad = no_grad();
            fault.Averaged(this);
        }
    }

    /// <summary>Makes convolutions see and give numbers of few bits.</summary>
    internal static void Round(PPYoloNetwork network, ScalarType type)
    {
        foreach (var conv in network.modules().OfType<SquareConvolution>())
        {
            conv.register_forward_pre_hook((_, input) => input.to(type).to(ScalarType.Float32));
            conv.register_forward_hook((_, _, output) => output.to(type).to(ScalarType.Float32));
        }
    }

    /// <summary>Puts the biased variance of the batch where the unbiased one went.</summary>
    internal static LossTerms WithBiasedVariance(FaultyStep step, Func<LossTerms> right)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var before = step
            .Entries.Where(entry => entry.Key.EndsWith("running_var", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone(), StringComparer.Ordinal);
        var hooks = new List<Action>();
        foreach (var (name, module) in step.Network.named_modules())
        {
            if (module is SquareConvolution conv)
            {
                hooks.Add(
                    conv.register_forward_hook(
                        (_, _, output) =>
                        {
                            values[name] = output.numel() / output.shape[1] * step.Ranks.Size;
                            return output;
                        }
                    ).remove
                );
            }
        }

        var terms = right();
        hooks.ForEach(remove => remove());
        using var noGrad = no_grad();
        foreach (var (key, old) in before)
        {
            var norm = key[..key.LastIndexOf('.')];
            var count = values[norm[..norm.LastIndexOf('.')] + ".conv"];
            var running = step.Entry(key).Value;
            running.copy_((old * 0.9) + ((running - (old * 0.9)) * ((count - 1) / count)));
        }

        return terms;
    }

    /// <summary>Norms normalize with running statistics.</summary>
    internal static void EvaluateNorms(FaultyStep step)
    {
        foreach (var norm in step.Network.modules().OfType<BatchNorm>())
        {
            norm.eval();
        }
    }
}
