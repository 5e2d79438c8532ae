using PPYolo.Align.Traces;

namespace PPYolo.Align.Explanations;

/// <summary>A hypothesis about why two runs differ that their data supports.</summary>
/// <param name="Id">A short name that does not change, such as weight-decay-missing.</param>
/// <param name="Title">What is likely wrong in the second run, in a sentence.</param>
/// <param name="Phase">The part of the iteration in which it enters.</param>
/// <param name="Confidence">The share of the difference that it accounts for, in [0,1].</param>
/// <param name="Evidence">What was measured, with numbers.</param>
public sealed record Cause(string Id, string Title, TracePhase Phase, double Confidence, IReadOnlyList<string> Evidence);
