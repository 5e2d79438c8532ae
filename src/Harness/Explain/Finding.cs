using PPYolo.Align.Explanations;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain;

/// <summary>A cause that a law or a suspicion points to.</summary>
/// <param name="Cause">The cause; its confidence is how well the law fits, until it is carried out.</param>
/// <param name="Act">What carries it out; null where nothing does.</param>
internal sealed record Finding(Cause Cause, Alteration? Act = null)
{
    /// <summary>A cause that cannot be carried out.</summary>
    public static implicit operator Finding(Cause cause) => new(cause);
}
