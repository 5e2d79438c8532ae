namespace PPYolo.Align.Verdicts;

/// <summary>How far one tensor is from the reference's.</summary>
/// <param name="Kind">Which of the run's tensors: weights, EMA, gradient.</param>
/// <param name="Name">The state_dict key.</param>
/// <param name="Difference">The difference in the measure of its kind.</param>
/// <param name="Bound">The largest difference allowed.</param>
/// <param name="Moved">The squared distance it has moved since the start, or null where it does not apply.</param>
public sealed record TensorFinding(string Kind, string Name, double Difference, double Bound, double? Moved)
{
    /// <summary>The difference in units of the bound; what findings are ordered by. A NaN is worse than everything.</summary>
    public double Severity =>
        double.IsNaN(Difference) ? double.PositiveInfinity
        : Bound > 0 ? Difference / Bound
        : Difference > 0 ? double.PositiveInfinity
        : 0;
}
