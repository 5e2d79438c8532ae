using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>A cause that can be named: every <see cref="Cause"/> is made of one of <see cref="CauseCatalogue"/>.</summary>
/// <param name="Id">A short name that does not change.</param>
/// <param name="Meaning">What is wrong in the second run, in a sentence.</param>
/// <param name="Phase">The part of the iteration in which it enters, unless it is found in another.</param>
internal sealed record CauseKind(string Id, string Meaning, TracePhase Phase)
{
    /// <summary>The cause, found with these numbers.</summary>
    /// <param name="title">What is wrong, with the run's own values.</param>
    /// <param name="confidence">The share of the difference that it accounts for.</param>
    /// <param name="evidence">What was measured.</param>
    /// <param name="phase">The part of the iteration in which it was found, where it is not the usual one.</param>
    public Cause Found(string title, double confidence, IReadOnlyList<string> evidence, TracePhase? phase = null) =>
        new(Id, title, phase ?? Phase, confidence, evidence);

    /// <summary>The cause, found where there is no more to say than what it means.</summary>
    public Cause Found(double confidence, IReadOnlyList<string> evidence) => Found(Meaning, confidence, evidence);
}
