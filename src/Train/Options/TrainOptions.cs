using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;

namespace PPYolo.Train.Options;

/// <summary>A training configuration: every setting with its default. Configuration files and --set hold what differs.</summary>
public sealed record TrainOptions
{
    /// <summary>r18vd, r50vd, r101vd, ppyolov2_r50vd or ppyolov2_r101vd.</summary>
    public string Network { get; init; } = "r50vd";

    /// <summary>Object classes.</summary>
    public int Classes { get; init; } = 20;

    /// <summary>The last frozen stage of the backbone: -1 none, 0 to 3 stem and res2 to res5.</summary>
    public int FreezeAt { get; init; } = -1;

    /// <summary>Whether the backbone's norms are frozen.</summary>
    public bool FreezeNorm { get; init; }

    /// <summary>
    /// Whether DropBlock drops in training; false makes it return its input, as alignment with another implementation needs.
    /// </summary>
    public bool DropBlock { get; init; } = true;

    /// <summary>Images in an iteration, over all ranks.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Sides of the images in pixels to choose from, multiples of 32.</summary>
    public ImmutableArray<int> Sizes { get; init; } = [320, 352, 384, 416, 448, 480, 512, 544, 576, 608];

    /// <summary>The side that images are resized to for evaluation and prediction, in pixels, a multiple of 32.</summary>
    public int EvalSize { get; init; } = 608;

    /// <summary>Passes over the dataset.</summary>
    public int Epochs { get; init; } = 16;

    /// <summary>Iterations of an epoch.</summary>
    public int IterationsPerEpoch { get; init; } = 714;

    /// <summary>Learning rate per image of the batch.</summary>
    public double LearningRatePerImage { get; init; } = 0.01 / 192;

    /// <summary>Epochs over which the rate rises.</summary>
    public int WarmupEpochs { get; init; } = 1;

    /// <summary>The share of the full rate at the start.</summary>
    public double StartFactor { get; init; }

    /// <summary>Epochs after which the rate is multiplied by <see cref="Gamma"/>.</summary>
    public ImmutableArray<int> MilestoneEpochs { get; init; } = [12, 14];

    /// <summary>The factor at each milestone.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>SGD's momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of convolution weights.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The largest gradient norm of each optimizer group, or null.</summary>
    public double? ClipGradNorm { get; init; }

    /// <summary>The largest decay of the moving average.</summary>
    public double EmaDecay { get; init; } = 0.9998;

    /// <summary>threshold, exponential or normal.</summary>
    public EmaDecayType EmaDecayType { get; init; } = EmaDecayType.Threshold;

    /// <summary>Epochs between two evaluations; the last epoch is evaluated too. 0 is never.</summary>
    public int EvalInterval { get; init; } = 1;

    /// <summary>The network.</summary>
    public NetworkOptions ToNetwork() =>
        NetworkPresets.Find(Network)! with
        {
            Classes = Classes,
            FreezeAt = FreezeAt,
            FreezeNorm = FreezeNorm,
            DropBlock = DropBlock,
        };

    /// <summary>The recipe, in iterations.</summary>
    public TrainingRecipe ToRecipe() =>
        new()
        {
            LearningRatePerImage = LearningRatePerImage,
            WarmupIterations = WarmupEpochs * IterationsPerEpoch,
            StartFactor = StartFactor,
            Milestones = [.. MilestoneEpochs.Select(epoch => epoch * IterationsPerEpoch)],
            Gamma = Gamma,
            Momentum = Momentum,
            WeightDecay = WeightDecay,
            ClipGradNorm = ClipGradNorm,
            EmaDecay = EmaDecay,
            EmaDecayType = EmaDecayType,
        };

    /// <summary>Refuses values that cannot be.</summary>
    /// <param name="source">Where they are from, for the message.</param>
    /// <exception cref="AlignException">A value is out of its range.</exception>
    public TrainOptions Validate(string source)
    {
        Require(
            NetworkPresets.Find(Network) is not null,
            "network",
            $"one of {string.Join(", ", NetworkPresets.Names)}",
            Network + NearestName.Hint(Network, NetworkPresets.Names)
        );
        Require(Classes is >= 1 and <= 10_000, "classes", "1 to 10000", Classes);
        Require(FreezeAt is >= -1 and <= 3, "freezeAt", "-1 to 3", FreezeAt);
        Require(Batch is >= 1 and <= 1024, "batch", "1 to 1024", Batch);
        Require(
            Sizes.Length > 0 && Sizes.All(size => size is >= 32 and <= 2048 && size % 32 == 0),
            "sizes",
            "multiples of 32 from 32 to 2048",
            string.Join(", ", Sizes)
        );
        Require(EvalSize is >= 32 and <= 2048 && EvalSize % 32 == 0, "evalSize", "a multiple of 32 from 32 to 2048", EvalSize);
        Require(Epochs >= 1, "epochs", "1 or more", Epochs);
        Require(IterationsPerEpoch >= 1, "iterationsPerEpoch", "1 or more", IterationsPerEpoch);
        Require(LearningRatePerImage >= 0, "learningRatePerImage", "0 or more", LearningRatePerImage);
        Require(WarmupEpochs >= 0, "warmupEpochs", "0 or more", WarmupEpochs);
        Require(StartFactor is >= 0 and <= 1, "startFactor", "0 to 1", StartFactor);
        Require(Gamma >= 0, "gamma", "0 or more", Gamma);
        Require(Momentum is >= 0 and < 1, "momentum", "at least 0 and less than 1", Momentum);
        Require(WeightDecay >= 0, "weightDecay", "0 or more", WeightDecay);
        Require(ClipGradNorm is null or > 0, "clipGradNorm", "null or positive", ClipGradNorm ?? 0);
        Require(EvalInterval >= 0, "evalInterval", "0 or more", EvalInterval);
        Require(EmaDecay is > 0 and < 1, "emaDecay", "between 0 and 1", EmaDecay);
        return this;

        void Require(bool condition, string name, string expected, object found)
        {
            if (!condition)
            {
                throw new AlignException($"{source}: '{name}' is {expected}, found {found}");
            }
        }
    }
}
