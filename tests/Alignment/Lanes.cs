namespace PPYolo.Tests.Alignment;

/// <summary>
/// Two lanes of classes run side by side, and each takes half of the time of all: xunit begins classes in no order of ours, and one that is
/// long and comes last has the machine for itself. On two cores with AVX-512 the lanes take 127 and 134 s of their tests' own time.
/// </summary>
internal static class Lanes
{
    /// <summary>Ranks, and runs against themselves.</summary>
    public const string First = "ranks and self";

    /// <summary>The reference, and all others.</summary>
    public const string Second = "reference and others";
}
