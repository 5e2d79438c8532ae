namespace PPYolo.Align.Verdicts;

/// <summary>One loss of an iteration in both runs.</summary>
/// <param name="Name">The reference's name, such as loss_xy.</param>
/// <param name="Found">This run's value.</param>
/// <param name="Expected">The reference's value.</param>
public sealed record LossComparison(string Name, double Found, double Expected)
{
    /// <summary>|found - expected| / |expected|; 0 where both are 0, NaN where either is NaN.</summary>
    public double Relative => Found == Expected ? 0 : Math.Abs(Found - Expected) / Math.Abs(Expected);
}
