using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;

namespace PPYolo.Train.Options;

/// <summary>
/// A training configuration: the declaration of every setting, with its default. Configuration files and --set hold what differs. All that
/// handles settings follows from here, as <see cref="Setting"/> says.
/// </summary>
public sealed record TrainOptions
{
    /// <summary>The network.</summary>
    [Setting(Concern.Network, OneOf = typeof(NetworkPresets))]
    public string Network { get; init; } = "r50vd";

    /// <summary>Object classes.</summary>
    [Setting(Concern.Network, Least = 1, Most = 10_000)]
    public int Classes { get; init; } = 20;

    /// <summary>The last frozen stage of the backbone: -1 none, 0 to 3 stem and res2 to res5.</summary>
    [Setting(Concern.Network, Least = -1, Most = 3)]
    public int FreezeAt { get; init; } = -1;

    /// <summary>Whether the backbone's norms are frozen.</summary>
    [Setting(Concern.Network)]
    public bool FreezeNorm { get; init; }

    /// <summary>
    /// Whether DropBlock drops in training; false makes it return its input, as alignment with another implementation needs.
    /// </summary>
    [Setting(Concern.Network)]
    public bool DropBlock { get; init; } = true;

    /// <summary>Images in an iteration, over all ranks.</summary>
    [Setting(Concern.Data, Least = 1, Most = 1024)]
    public int Batch { get; init; } = 8;

    /// <summary>Sides of the images in pixels to choose from.</summary>
    [Setting(Concern.Data, Least = 32, Most = 2048, MultipleOf = 32)]
    public ImmutableArray<int> Sizes { get; init; } = [320, 352, 384, 416, 448, 480, 512, 544, 576, 608];

    /// <summary>The side that images are resized to for evaluation and prediction, in pixels.</summary>
    [Setting(Concern.Run, Least = 32, Most = 2048, MultipleOf = 32)]
    public int EvalSize { get; init; } = 608;

    /// <summary>Passes over the dataset.</summary>
    [Setting(Concern.Run, Least = 1)]
    public int Epochs { get; init; } = 16;

    /// <summary>Iterations of an epoch. With a dataset they are the dataset's.</summary>
    [Setting(Concern.Run, Least = 1)]
    public int IterationsPerEpoch { get; init; } = 714;

    /// <summary>Learning rate per image of the batch.</summary>
    [Setting(Concern.Recipe, Least = 0)]
    public double LearningRatePerImage { get; init; } = 0.01 / 192;

    /// <summary>Epochs over which the rate rises.</summary>
    [Setting(Concern.Recipe, Least = 0, InIterations = nameof(TrainingRecipe.WarmupIterations))]
    public int WarmupEpochs { get; init; } = 1;

    /// <summary>The share of the full rate at the start.</summary>
    [Setting(Concern.Recipe, Least = 0, Most = 1)]
    public double StartFactor { get; init; }

    /// <summary>The rate of iteration 0: that of the warm-up, or the full one, as the reference had it until May 2023.</summary>
    [Setting(Concern.Recipe, Neutral = "\"scheduled\"")]
    public FirstRate FirstRate { get; init; } = FirstRate.Scheduled;

    /// <summary>Epochs after which the rate is multiplied by <see cref="Gamma"/>.</summary>
    [Setting(Concern.Recipe, Least = 0, MayBeEmpty = true, InIterations = nameof(TrainingRecipe.Milestones))]
    public ImmutableArray<int> MilestoneEpochs { get; init; } = [12, 14];

    /// <summary>The factor at each milestone.</summary>
    [Setting(Concern.Recipe, Least = 0)]
    public double Gamma { get; init; } = 0.1;

    /// <summary>SGD's momentum.</summary>
    [Setting(Concern.Recipe, Least = 0, Below = 1)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of convolution weights.</summary>
    [Setting(Concern.Recipe, Least = 0)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// The optimizer's groups, in each of which gradients are clipped on their own: two by weight decay, or one for each parameter, as the
    /// reference had it until May 2023.
    /// </summary>
    [Setting(Concern.Recipe, Neutral = "\"decay\"")]
    public ParameterGrouping OptimizerGroups { get; init; } = ParameterGrouping.Decay;

    /// <summary>The largest gradient norm of each optimizer group, or null for no clipping.</summary>
    [Setting(Concern.Recipe, Above = 0)]
    public double? ClipGradNorm { get; init; }

    /// <summary>The largest decay of the moving average.</summary>
    [Setting(Concern.Recipe, Above = 0, Below = 1)]
    public double EmaDecay { get; init; } = 0.9998;

    /// <summary>How the decay of the moving average rises at the start.</summary>
    [Setting(Concern.Recipe)]
    public EmaDecayType EmaDecayType { get; init; } = EmaDecayType.Threshold;

    /// <summary>Epochs between two evaluations; the last epoch is evaluated too. 0 is never.</summary>
    [Setting(Concern.Run, Least = 0)]
    public int EvalInterval { get; init; } = 1;

    /// <summary>The network.</summary>
    public NetworkOptions ToNetwork() => Setting.Carry(this, Concern.Network, NetworkPresets.Find(Network)! with { });

    /// <summary>The recipe, in iterations.</summary>
    public TrainingRecipe ToRecipe() => Setting.Carry(this, Concern.Recipe, Activator.CreateInstance<TrainingRecipe>());

    /// <summary>The same in iterations, as a case has it: an epoch of one iteration makes epochs and iterations the same.</summary>
    public TrainOptions InIterations()
    {
        var options = new TrainOptions { IterationsPerEpoch = 1 };
        foreach (var setting in Setting.All.Where(setting => setting.IsInCases))
        {
            setting.Set(options, setting.InIterations(this));
        }

        return options;
    }

    /// <summary>Refuses values that cannot be.</summary>
    /// <param name="source">Where they are from, for the message.</param>
    /// <param name="inCase">Whether that is a case file, which has names of its own for what it counts in iterations.</param>
    /// <exception cref="AlignException">A value is out of its range.</exception>
    public TrainOptions Validate(string source, bool inCase = false)
    {
        foreach (var setting in Setting.All)
        {
            setting.Require(this, source, inCase);
        }

        return this;
    }
}
