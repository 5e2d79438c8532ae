namespace PPYolo.Harness.Reference;

/// <summary>How far a run can be compared before rounding differences have grown into everything.</summary>
public sealed record ComparableExtent
{
    /// <summary>The last iteration whose loss means something.</summary>
    public required int LossIterations { get; init; }

    /// <summary>Whether weights and moving averages after the last iteration do.</summary>
    public required bool FinalWeights { get; init; }

    /// <summary>The movement test concerns tensors whose squared distance from the start exceeds this.</summary>
    public required double MovementAbove { get; init; }
}
