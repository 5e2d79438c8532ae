using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>What a case file (case.json) says of a run, whoever made it: everything needed to repeat it.</summary>
public abstract record RunCase
{
    /// <summary>What the file is.</summary>
    public required string Format { get; init; }

    /// <summary>The version of the layout: 1.</summary>
    public required int Version { get; init; }

    /// <summary>r18vd, r50vd or ppyolov2_r50vd.</summary>
    public required string Network { get; init; }

    /// <summary>Object classes.</summary>
    public required int Classes { get; init; }

    /// <summary>The last frozen stage, -1 to 3.</summary>
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

    /// <summary>The options that repeat the run: an epoch of one iteration makes epochs and iterations the same.</summary>
    public TrainOptions ToOptions() =>
        new()
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
            EmaDecayType = Enum.Parse<EmaDecayType>(EmaDecayType, ignoreCase: true),
        };
}
