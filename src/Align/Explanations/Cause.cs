using System.Text.Json.Serialization;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Explanations;

/// <summary>A hypothesis about why two runs differ that their data supports.</summary>
/// <param name="Id">A short name that does not change, such as weight-decay-missing.</param>
/// <param name="Title">What is likely wrong in the second run, in a sentence.</param>
/// <param name="Phase">The part of the iteration in which it enters.</param>
/// <param name="Confidence">The share of the differences that it accounts for, less what it predicts wrongly, in [0,1].</param>
/// <param name="Evidence">What was measured, with numbers.</param>
public sealed record Cause(string Id, string Title, TracePhase Phase, double Confidence, IReadOnlyList<string> Evidence)
{
    /// <summary>The least confidence of a cause that is called likely.</summary>
    public const double LeastLikely = 0.5;

    /// <summary>Whether the first run, trained again with it (and with those named before it), is the second within noise.</summary>
    public bool IsReproduced { get; init; }

    /// <summary>Whether it accounts for half of the differences or more.</summary>
    [JsonIgnore]
    public bool IsLikely => Confidence >= LeastLikely;
}
