using PPYolo.Align.Traces;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>A cause that is tried by carrying it out.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Title">Of the cause, given the fitted value.</param>
/// <param name="Make">The alteration of a value.</param>
/// <param name="Values">Values to try; a single NaN where there is nothing to choose.</param>
/// <param name="Refined">Whether the best value is refined between its neighbours.</param>
internal sealed record Suspicion(
    CauseKind Cause,
    Func<double, string> Title,
    Func<double, Alteration> Make,
    IReadOnlyList<double> Values,
    bool Refined = false
)
{
    /// <summary>The part of the iteration in which it enters.</summary>
    public TracePhase Phase { get; init; } = Cause.Phase;

    /// <summary>A suspicion without a value.</summary>
    public static Suspicion Of(CauseKind cause, string title, Alteration alteration) =>
        new(cause, _ => title, _ => alteration, [double.NaN]);

    /// <summary>A suspicion without a value, of which there is no more to say than what the cause means.</summary>
    public static Suspicion Of(CauseKind cause, Alteration alteration) => Of(cause, cause.Meaning, alteration);
}
