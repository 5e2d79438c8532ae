using PPYolo.Align.Traces;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>A cause that is tried by carrying it out.</summary>
/// <param name="Id">Of the cause.</param>
/// <param name="Phase">The part of the iteration in which it enters.</param>
/// <param name="Title">Of the cause, given the fitted value.</param>
/// <param name="Make">The alteration of a value.</param>
/// <param name="Values">Values to try; a single NaN where there is nothing to choose.</param>
/// <param name="Refined">Whether the best value is refined between its neighbours.</param>
internal sealed record Suspicion(
    string Id,
    TracePhase Phase,
    Func<double, string> Title,
    Func<double, Alteration> Make,
    IReadOnlyList<double> Values,
    bool Refined = false
)
{
    /// <summary>A suspicion without a value.</summary>
    public static Suspicion Of(string id, TracePhase phase, string title, Alteration alteration) =>
        new(id, phase, _ => title, _ => alteration, [double.NaN]);
}
