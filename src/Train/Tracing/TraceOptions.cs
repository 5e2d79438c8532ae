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

    /// <summary>
    /// Whether gradients of modules' outputs are traced. Until the backward pass is over they take as much memory as outputs.
    /// </summary>
    public bool Backward { get; init; } = true;

    /// <summary>Whether elements near kinks of activations are measured, where the CPU computes.</summary>
    public bool Kinks { get; init; } = true;

    internal bool KeepsWhole(TraceKey key) => key.FitsAny(Full);
}
