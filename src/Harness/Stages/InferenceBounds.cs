namespace PPYolo.Harness.Stages;

/// <summary>
/// How far correct inference may be from the reference. Both compute in float32 and differ by rounding alone. Measured on this project's
/// own kernels: raw outputs 1.1e-6, corners 4.6e-5, scores 4.5e-7, folding 1.8e-7; each bound leaves ten times that or more for other
/// instruction sets. A wrong constant (scale of x and y, an anchor, the exponent of the IoU) shows as 1e-2 or more.
/// </summary>
internal static class InferenceBounds
{
    /// <summary>Raw outputs, to the map's largest magnitude.</summary>
    public const double Outputs = 1e-5;

    /// <summary>Corners of boxes, in pixels of images of up to 200: one step of single precision is 1.5e-5 there.</summary>
    public const double Corners = 1e-3;

    /// <summary>
    /// Scores, absolute. Neighbouring ones of the recorded selections are as near as 2e-7, so rows closer than this may change places.
    /// </summary>
    public const double Scores = 1e-5;

    /// <summary>Scores of the folded network against the same network unfolded, absolute: another rounding of every weight.</summary>
    public const double FoldedScores = 1e-4;
}
