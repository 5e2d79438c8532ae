namespace PPYolo.Align.Golden;

/// <summary>How a tensor of a golden is compared.</summary>
public enum GoldenRole
{
    /// <summary>It moves because it is trained: compared within its floor.</summary>
    Trained,

    /// <summary>It moves without being trained, as running statistics do: compared within its floor.</summary>
    Buffer,

    /// <summary>It must not move: bit for bit what it was, its moving average within rounding.</summary>
    Frozen,

    /// <summary>Integers, such as counters: compared bit for bit.</summary>
    Exact,
}
