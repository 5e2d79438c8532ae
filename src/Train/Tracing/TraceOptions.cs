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

    /// <summary>
    /// Whether outputs of convolutions are traced that a norm takes at once. The output of both is traced anyway, and the norm's statistics
    /// tell which of them differs.
    /// </summary>
    public bool NormalizedConvolutions { get; init; } = true;

    /// <summary>What costs no memory and little time: no gradients of modules' outputs, no kinks, no convolutions before norms.</summary>
    public static TraceOptions Brief { get; } =
        new()
        {
            Phases = [.. Enum.GetValues<TracePhase>().Where(phase => phase != TracePhase.Backward)],
            Kinks = false,
            NormalizedConvolutions = false,
        };

    internal bool Traces(TracePhase phase) => Phases.Contains(phase);

    internal bool KeepsWhole(TraceKey key) => key.FitsAny(Full);
}
