using System.Collections.Immutable;

namespace PPYolo.Train.Optimization;

/// <summary>
/// Everything that decides how weights change from one iteration to the next, given gradients. Each member is a setting of TrainOptions.
/// </summary>
public sealed record TrainingRecipe
{
    /// <summary>Learning rate per image of the (global) batch.</summary>
    public required double LearningRatePerImage { get; init; }

    /// <summary>Iterations over which the rate rises to its full value.</summary>
    public required int WarmupIterations { get; init; }

    /// <summary>The share of the full rate that the first iteration uses, in [0,1].</summary>
    public required double StartFactor { get; init; }

    /// <summary>The rate of iteration 0.</summary>
    public FirstRate FirstRate { get; init; }

    /// <summary>Iterations from which on the rate is multiplied by <see cref="Gamma"/> once more.</summary>
    public required ImmutableArray<int> Milestones { get; init; }

    /// <summary>The factor at each milestone.</summary>
    public required double Gamma { get; init; }

    /// <summary>SGD's momentum, in [0,1).</summary>
    public required double Momentum { get; init; }

    /// <summary>Weight decay of the group use_L2.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>How parameters are grouped in the optimizer.</summary>
    public ParameterGrouping OptimizerGroups { get; init; }

    /// <summary>The largest L2 norm of each group's gradient, or null for no clipping.</summary>
    public required double? ClipGradNorm { get; init; }

    /// <summary>The largest decay of the moving average, in (0,1).</summary>
    public required double EmaDecay { get; init; }

    /// <summary>How the decay rises at the start.</summary>
    public required EmaDecayType EmaDecayType { get; init; }
}
