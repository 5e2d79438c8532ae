using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Comparison;

/// <summary>How two sets of tensors are compared.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The reference procedure's bound on a tensor's sum of squared differences after ten iterations.</summary>
    public const double StandardBound = 0.0005;

    /// <summary>The largest sum of squared differences of a tensor that passes; the bound itself does.</summary>
    public double Bound { get; init; } = StandardBound;

    /// <summary>What the first set was at the start of its run, or null where unknown.</summary>
    public NamedTensors? FirstStart { get; init; }

    /// <summary>What the second set was at the start of its run; null means what the first was.</summary>
    public NamedTensors? SecondStart { get; init; }

    /// <summary>
    /// Whether a tensor must also differ by no more than a tenth of the way it moved, where its start is known. The bound holds all
    /// the same.
    /// </summary>
    public bool JudgeByMovement { get; init; }

    /// <summary>Tensors of the first set that could not be read, with their types: they are never aligned.</summary>
    public IReadOnlyList<LeftOutEntry> FirstUnread { get; init; } = [];

    /// <summary>The same of the second set.</summary>
    public IReadOnlyList<LeftOutEntry> SecondUnread { get; init; } = [];

    /// <summary>How many threads to use. The result does not depend on it, to the last bit.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
