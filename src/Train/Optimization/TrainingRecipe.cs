using System.Collections.Immutable;

namespace PPYolo.Train.Optimization;

/// <summary>Everything that decides how weights change from one iteration to the next, given gradients.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Learning rate per image of the (global) batch.</summary>
    public double LearningRatePerImage { get; init; } = 0.01 / 192;

    /// <summary>Iterations over which the rate rises to its full value.</summary>
    public int WarmupIterations { get; init; } = 714;

    /// <summary>The share of the full rate that the first iteration uses, in [0,1].</summary>
    public double StartFactor { get; init; }

    /// <summary>Iterations from which on the rate is multiplied by <see cref="Gamma"/> once more.</summary>
    public ImmutableArray<int> Milestones { get; init; } = [];

    /// <summary>The factor at each milestone.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>SGD's momentum, in [0,1).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of the group use_L2.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The largest L2 norm of each group's gradient, or null for no clipping.</summary>
    public double? ClipGradNorm { get; init; }

    /// <summary>The largest decay of the moving average, in (0,1).</summary>
    public double EmaDecay { get; init; } = 0.9998;

    /// <summary>How the decay rises at the start.</summary>
    public EmaDecayType EmaDecayType { get; init; } = EmaDecayType.Threshold;
}
