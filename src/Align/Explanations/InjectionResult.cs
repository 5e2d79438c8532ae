using PPYolo.Align.Traces;

namespace PPYolo.Align.Explanations;

/// <summary>What happened when one run's tensor was fed into the other at the frontier.</summary>
/// <param name="Iteration">When.</param>
/// <param name="Key">Where.</param>
/// <param name="Compared">How many entries followed in that iteration.</param>
/// <param name="Differing">How many of them still differed beyond noise.</param>
/// <param name="FirstDiffering">The first of them, or null.</param>
public sealed record InjectionResult(int Iteration, TraceKey Key, int Compared, int Differing, TraceKey? FirstDiffering)
{
    /// <summary>Whether everything behind the frontier agreed: the difference enters there and nowhere else.</summary>
    public bool Confirmed => Compared > 0 && Differing == 0;
}
