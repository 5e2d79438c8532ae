namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Whether a result may become the snapshot without anybody looking at it.</summary>
internal enum Approval
{
    NotAsked,
    Granted,
    Refused,
}
