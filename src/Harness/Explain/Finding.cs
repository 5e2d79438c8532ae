using PPYolo.Align.Explanations;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain;

/// <summary>A cause that a law or a suspicion points to.</summary>
/// <param name="Cause">The cause; its confidence is how well the law fits, until it is carried out.</param>
/// <param name="Act">What carries it out; null where nothing does.</param>
internal sealed record Finding(Cause Cause, Alteration? Act = null)
{
    /// <summary>
    /// What a cause counts at most that only says what is another, and not why; and one that was carried out and neither reproduces the
    /// second run nor leads past a part of it.
    /// </summary>
    public const double Unproven = 0.4;

    /// <summary>A cause that cannot be carried out.</summary>
    public static implicit operator Finding(Cause cause) => new(cause);
}
