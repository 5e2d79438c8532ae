using PPYolo.Align.Traces;

namespace PPYolo.Train.Stepping;

/// <summary>Is told of one phase.</summary>
/// <param name="which">See <see cref="IStepWatch.After"/>.</param>
/// <param name="told">Given what the iteration has then.</param>
public sealed class PhaseWatch(TracePhase which, Action<StepMoment> told) : IStepWatch
{
    /// <inheritdoc />
    public void After(TracePhase phase, StepMoment moment)
    {
        if (phase == which)
        {
            told(moment);
        }
    }
}
