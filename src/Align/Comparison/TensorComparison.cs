namespace PPYolo.Align.Comparison;

/// <summary>One tensor in both sets.</summary>
/// <param name="Name">The state_dict key.</param>
/// <param name="Outcome">How it came out.</param>
/// <param name="First">What it is in the first set; null where it is missing there.</param>
/// <param name="Second">What it is in the second set; null where it is missing there.</param>
/// <param name="Metrics">The differences; null where values could not be compared.</param>
/// <param name="Movement">How far it has moved since the start; null where the start is not known, or has no tensor of this name, type and
/// shape.</param>
public sealed record TensorComparison(
    string Name,
    TensorOutcome Outcome,
    TensorForm? First,
    TensorForm? Second,
    TensorMetrics? Metrics,
    Movement? Movement
)
{
    /// <summary>What a key contains that counts batches, which is compared exactly and listed apart.</summary>
    public const string CounterMark = "num_batches_tracked";

    /// <summary>Whether it passes.</summary>
    public bool Aligned => Outcome == TensorOutcome.Within;

    /// <summary>What speaks against it though it passes, in words; null where nothing does.</summary>
    public string? Contradiction => Comparison.Contradiction.Of(this);

    /// <summary>Whether it counts batches.</summary>
    public bool IsCounter => Name.Contains(CounterMark, StringComparison.Ordinal);
}
