namespace PPYolo.Align.Verdicts;

/// <summary>
/// One thing that was compared: a measured difference, the bound it must not exceed, and where the largest difference is.
/// </summary>
/// <param name="Name">What was compared, such as "weights after iteration 9".</param>
/// <param name="Measure">The unit of the difference, such as "sum of squares" or "relative".</param>
/// <param name="Measured">The largest difference found; NaN counts as exceeding every bound.</param>
/// <param name="Bound">The largest difference allowed; 0 asks for equality.</param>
/// <param name="Worst">The tensor or iteration with the largest difference, or null.</param>
public sealed record Check(string Name, string Measure, double Measured, double Bound, string? Worst = null)
{
    /// <summary>The largest difference that changes which cannot matter make to the reference itself, or null where unknown.</summary>
    public double? Noise { get; init; }

    /// <summary>Anything the reader must know: what was left out, and why the bound is what it is.</summary>
    public string? Note { get; init; }

    /// <summary>The measured difference in units of the noise, or null where that is unknown or 0.</summary>
    public double? NoiseRatio => Noise is > 0 ? Measured / Noise : null;

    /// <summary>Whether the difference is within the bound. A NaN never is.</summary>
    public bool Passed => Measured <= Bound;
}
