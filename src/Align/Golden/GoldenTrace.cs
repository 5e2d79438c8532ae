using PPYolo.Align.Sketching;

namespace PPYolo.Align.Golden;

/// <summary>
/// What a golden keeps of one phase of one iteration: the sum of the sketches of all its tensors, of each the first <see
/// cref="SampleElements"/> elements and divided by the root of their number, so that a large tensor does not hide a small one. It says
/// where two runs part, for the price of one line.
/// </summary>
/// <param name="Iteration">Counted from 0.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Movement">The sketch, of differences from the start; gradients start at zero.</param>
/// <param name="Floor">How far twins were from it; null before it was measured.</param>
public sealed record GoldenTrace(int Iteration, GoldenPhase Phase, Sketch Movement, double? Floor = null)
{
    /// <summary>Elements that are looked at of each tensor.</summary>
    public const int SampleElements = 1024;
}
