namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>How a target compares with its snapshot.</summary>
internal enum OutcomeKind
{
    Equal,
    NotEqual,
    New,
}
