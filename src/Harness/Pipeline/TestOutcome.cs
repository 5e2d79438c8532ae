namespace PPYolo.Harness.Pipeline;

/// <summary>How a test came out.</summary>
internal enum TestOutcome
{
    /// <summary>It failed, was broken off, or came out in a way that is not known.</summary>
    Failed,

    /// <summary>It was not run, and says why.</summary>
    Skipped,

    /// <summary>It passed.</summary>
    Passed,
}
