namespace VerifyTests;

/// <summary>Where a scrubber stands among those added before it.</summary>
public enum ScrubberLocation
{
    /// <summary>It runs before them.</summary>
    First,

    /// <summary>It runs after them.</summary>
    Last,
}
