using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Pipeline;

/// <summary>The check of a verdict that came nearest to its bound, or went farthest beyond it.</summary>
/// <param name="Name">What was compared.</param>
/// <param name="Measure">The unit of the difference.</param>
/// <param name="Measured">The largest difference; may be NaN.</param>
/// <param name="Bound">The largest that is allowed.</param>
/// <param name="NoiseRatio">The difference in units of the noise; null where that is unknown.</param>
/// <param name="Worst">The tensor or iteration with that difference, or null.</param>
internal sealed record MeasuredCheck(string Name, string Measure, double Measured, double Bound, double? NoiseRatio, string? Worst)
{
    /// <summary>The worst check of a verdict; null where it has none.</summary>
    public static MeasuredCheck? Of(Verdict verdict) =>
        verdict.Checks.MaxBy(check => (Severity(check), check.NoiseRatio ?? 0)) is { } worst
            ? new(worst.Name, worst.Measure, worst.Measured, worst.Bound, worst.NoiseRatio, worst.Worst)
            : null;

    // A NaN is worse than everything, and so is any difference where none is allowed.
    private static double Severity(Check check) =>
        double.IsNaN(check.Measured) ? double.PositiveInfinity
        : check.Measured == 0 ? 0
        : check.Bound == 0 ? double.PositiveInfinity
        : check.Measured / check.Bound;
}
