using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain;

/// <summary>A tensor that left the course of the iterations before.</summary>
/// <param name="Iteration">In the record.</param>
/// <param name="Rank">Whose.</param>
/// <param name="Key">Which.</param>
/// <param name="How">In what way.</param>
internal sealed record Departure(int Iteration, int Rank, TraceKey Key, string How);
