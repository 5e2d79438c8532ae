using System.Collections.Immutable;
using PPYolo.Align.Traces;

namespace PPYolo.Train.Tracing;

/// <summary>How much a trace keeps.</summary>
public sealed record TraceOptions
{
    /// <summary>
    /// The names of tensors that are kept whole, with * and ? for what may vary: backbone.res2.*, or "loss:*" with the phase in front.
    /// </summary>
    public ImmutableArray<string> Full { get; init; } = [];

    internal bool KeepsWhole(TraceKey key) => key.FitsAny(Full);
}
