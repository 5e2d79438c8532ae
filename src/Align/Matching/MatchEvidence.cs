using PPYolo.Align.Traces;

namespace PPYolo.Align.Matching;

/// <summary>Something that is known of a tensor in both runs.</summary>
/// <param name="Iteration">When; -1 is before the first iteration.</param>
/// <param name="Phase">In which part of the iteration.</param>
/// <param name="Part">Which of several: the optimizer's moment.</param>
internal readonly record struct MatchEvidence(int Iteration, TracePhase Phase, string Part)
{
    /// <summary>Relative distances up to here are those of one tensor in two right runs; from ten times as much on, of two.</summary>
    public double Tolerance =>
        Phase switch
        {
            TracePhase.Start or TracePhase.End => 1e-9,
            TracePhase.Data => 1e-6,
            TracePhase.Loss => 1e-4,
            TracePhase.Forward => 1e-3,
            _ => 1e-2,
        };
}
