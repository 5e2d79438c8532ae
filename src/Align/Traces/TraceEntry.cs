using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Traces;

/// <summary>One tensor of an iteration.</summary>
/// <param name="Key">What it is.</param>
/// <param name="Shape">Its extents; empty for a number.</param>
/// <param name="Summary">What was kept of it, in C order whatever its layout in memory.</param>
public sealed record TraceEntry(TraceKey Key, IReadOnlyList<long> Shape, StripedSummary Summary)
{
    /// <summary>
    /// Of a gradient with respect to a module's output: how much of it elements near a kink would change on its other side, relative L2, by
    /// how near they are (<see cref="KinkReach"/>). Null where the module has no kink, or nobody measured.
    /// </summary>
    public IReadOnlyList<double>? Kinks { get; init; }

    /// <summary>All elements in C order, where they were asked for.</summary>
    public TensorData? Full { get; init; }
}
