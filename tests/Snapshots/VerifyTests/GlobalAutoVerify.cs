namespace VerifyTests;

/// <summary>Decides for all tests whether a new or changed snapshot is accepted without asking.</summary>
/// <param name="typeName">The class of the test, as in the file name.</param>
/// <param name="methodName">The method of the test, as in the file name.</param>
/// <param name="verifiedFile">The path of the snapshot that would be written or deleted.</param>
public delegate bool GlobalAutoVerify(string typeName, string methodName, string verifiedFile);
