using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// What the comparison of one target with its snapshot gave. Texts are there for text only, the verified one only where there is a
/// snapshot.
/// </summary>
internal sealed record Outcome(OutcomeKind Kind, FilePair Files, string? Message = null, string? Received = null, string? Verified = null);
