using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>case.json of a record folder: everything needed to repeat the run.</summary>
public sealed record RecordCase
{
    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string FormatName = "ppyolo-record";

    /// <summary>Always "ppyolo-record".</summary>
    public required string Format { get; init; }

    /// <summary>The version of the layout: 1.</summary>
    public required int Version { get; init; }

    /// <summary>r18vd, r50vd ...</summary>
    public required string Network { get; init; }

    /// <summary>Object classes.</summary>
    public required int Classes { get; init; }

    /// <summary>The last frozen stage.</summary>
    public required int FreezeAt { get; init; }

    /// <summary>Whether the backbone's norms are frozen.</summary>
    public required bool FreezeNorm { get; init; }

    /// <summary>Whether DropBlock drops.</summary>
    public required bool DropBlock { get; init; }

    /// <summary>The seed of batches and DropBlock, a decimal number as text.</summary>
    public required string Seed { get; init; }

    /// <summary>plain or calm where the start weights were generated, else file.</summary>
    public required string InitProfile { get; init; }

    /// <summary>Images in an iteration, over all ranks.</summary>
    public required int Batch { get; init; }

    /// <summary>Sides of the images in pixels to choose from.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>The length of the run.</summary>
    public required int Iterations { get; init; }

    /// <summary>Learning rate per image.</summary>
    public required double LearningRatePerImage { get; init; }

    /// <summary>Iterations of warm-up.</summary>
    public required int WarmupIterations { get; init; }

    /// <summary>The share of the full rate at the start.</summary>
    public required double StartFactor { get; init; }

    /// <summary>Iterations at which the rate drops.</summary>
    public required IReadOnlyList<int> Milestones { get; init; }

    /// <summary>The factor of each drop.</summary>
    public required double Gamma { get; init; }

    /// <summary>SGD's momentum.</summary>
    public required double Momentum { get; init; }

    /// <summary>Weight decay of the group use_L2.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>The largest gradient norm of each group, or null.</summary>
    public required double? ClipGradNorm { get; init; }

    /// <summary>The largest decay of the moving average.</summary>
    public required double EmaDecay { get; init; }

    /// <summary>threshold, exponential or normal.</summary>
    public required string EmaDecayType { get; init; }

    /// <summary>How many ranks trained.</summary>
    public required int Ranks { get; init; }

    /// <summary>The start weights' file name, in this folder.</summary>
    public required string StartWeights { get; init; }

    /// <summary>SHA-256 of the start weights: names, types, shapes and bits, whatever the file format.</summary>
    public required string StartWeightsSha256 { get; init; }

    /// <summary>Describes a run.</summary>
    public static RecordCase Of(TrainOptions options, string seed, string initProfile, int iterations, int ranks, string startWeights, string sha256)
    {
        var recipe = options.ToRecipe();
        return new()
        {
            Format = FormatName,
            Version = 1,
            Network = options.Network,
            Classes = options.Classes,
            FreezeAt = options.FreezeAt,
            FreezeNorm = options.FreezeNorm,
            DropBlock = options.DropBlock,
            Seed = seed,
            InitProfile = initProfile,
            Batch = options.Batch,
            Sizes = options.Sizes,
            Iterations = iterations,
            LearningRatePerImage = recipe.LearningRatePerImage,
            WarmupIterations = recipe.WarmupIterations,
            StartFactor = recipe.StartFactor,
            Milestones = recipe.Milestones,
            Gamma = recipe.Gamma,
            Momentum = recipe.Momentum,
            WeightDecay = recipe.WeightDecay,
            ClipGradNorm = recipe.ClipGradNorm,
            EmaDecay = recipe.EmaDecay,
            EmaDecayType = recipe.EmaDecayType.ToString().ToLowerInvariant(),
            Ranks = ranks,
            StartWeights = startWeights,
            StartWeightsSha256 = sha256,
        };
    }

    /// <summary>The options that repeat the run: an epoch of one iteration makes epochs and iterations the same.</summary>
    public TrainOptions ToOptions() => new()
    {
        Network = Network,
        Classes = Classes,
        FreezeAt = FreezeAt,
        FreezeNorm = FreezeNorm,
        DropBlock = DropBlock,
        Batch = Batch,
        Sizes = [.. Sizes],
        IterationsPerEpoch = 1,
        LearningRatePerImage = LearningRatePerImage,
        WarmupEpochs = WarmupIterations,
        StartFactor = StartFactor,
        MilestoneEpochs = [.. Milestones],
        Gamma = Gamma,
        Momentum = Momentum,
        WeightDecay = WeightDecay,
        ClipGradNorm = ClipGradNorm,
        EmaDecay = EmaDecay,
        EmaDecayType = Enum.Parse<Optimization.EmaDecayType>(EmaDecayType, ignoreCase: true),
    };
}
