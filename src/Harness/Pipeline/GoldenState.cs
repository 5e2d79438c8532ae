namespace PPYolo.Harness.Pipeline;

/// <summary>What a run came to against its golden.</summary>
internal enum GoldenState
{
    /// <summary>The theory ended before.</summary>
    NotCompared,

    /// <summary>It is within its floors.</summary>
    Within,

    /// <summary>It is not.</summary>
    Diverged,

    /// <summary>There is no golden yet.</summary>
    Missing,
}
