namespace VerifyTests;

/// <summary>Decides whether a new or changed snapshot is accepted without asking.</summary>
/// <param name="verifiedFile">The path of the snapshot that would be written or deleted.</param>
public delegate bool AutoVerify(string verifiedFile);
