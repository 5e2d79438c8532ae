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
    /// The phases that are traced; all unless given. Until the backward pass is over, gradients of modules' outputs take as much memory as
    /// outputs.
    /// </summary>
    public ImmutableArray<TracePhase> Phases { get; init; } = [.. Enum.GetValues<TracePhase>()];

    /// <summary>Whether elements near kinks of activations are measured, where the CPU computes.</summary>
    public bool Kinks { get; init; } = true;

    /// <summary>Everything but gradients of modules' outputs, and no kinks: what costs no memory.</summary>
    public static TraceOptions WithoutBackward { get; } =
        new() { Phases = [.. Enum.GetValues<TracePhase>().Where(phase => phase != TracePhase.Backward)], Kinks = false };

    internal bool Traces(TracePhase phase) => Phases.Contains(phase);

    internal bool KeepsWhole(TraceKey key) => key.FitsAny(Full);
}
