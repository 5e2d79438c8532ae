namespace PPYolo.Align.Records;

/// <summary>The state that a capsule is trained again from.</summary>
/// <param name="File">The file, in the capsule's folder.</param>
/// <param name="Kind">What the file is.</param>
/// <param name="Iteration">The iteration that follows it.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record CapsuleOrigin(string File, CapsuleOriginKind Kind, int Iteration, string Sha256);
