namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>What a snapshot is kept apart for, beside the test.</summary>
[Flags]
internal enum UniqueFor
{
    None = 0,
    Architecture = 1,
    OSPlatform = 2,
    RuntimeAndVersion = 4,
}
