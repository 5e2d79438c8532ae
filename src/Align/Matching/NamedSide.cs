namespace PPYolo.Align.Matching;

/// <summary>One of the two runs that are compared.</summary>
public enum NamedSide
{
    /// <summary>What is expected.</summary>
    First,

    /// <summary>What was found.</summary>
    Second,
}
