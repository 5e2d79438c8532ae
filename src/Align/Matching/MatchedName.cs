namespace PPYolo.Align.Matching;

/// <summary>A name of the second run, and what it is in the first.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Second">The second run's name.</param>
/// <param name="First">The first run's name.</param>
/// <param name="Reason">By what it was found.</param>
/// <param name="IsSure">Whether nothing else comes into question.</param>
/// <param name="Transposed">Whether two dimensions are exchanged.</param>
public sealed record MatchedName(MatchKind Kind, string Second, string First, string Reason, bool IsSure, bool Transposed = false);
