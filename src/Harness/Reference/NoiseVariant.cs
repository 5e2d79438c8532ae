namespace PPYolo.Harness.Reference;

/// <summary>How far the reference was from itself after a change that cannot matter mathematically.</summary>
public sealed record NoiseVariant
{
    /// <summary>
    /// The largest sum of squared differences of a weight or norm statistic after the last iteration; 0 where the case does not compare
    /// those.
    /// </summary>
    public required double WeightsMaxSumSquares { get; init; }

    /// <summary>The same of the moving averages.</summary>
    public required double EmaMaxSumSquares { get; init; }

    /// <summary>The relative difference of the total loss of each iteration.</summary>
    public required IReadOnlyList<double> TotalLossRelative { get; init; }
}
