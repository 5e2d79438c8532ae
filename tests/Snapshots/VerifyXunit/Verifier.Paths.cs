using PPYolo.Tests.Snapshots.Engine;
using VerifyTests;

namespace VerifyXunit;

public static partial class Verifier
{
    private static DerivePathInfo derivePathInfo = PathInfo.DeriveDefault;

    /// <summary>Sets for all tests where snapshots lie and what they are called. Call it from a module initializer.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void DerivePathInfo(DerivePathInfo derivePathInfo)
    {
        FirstRun.ThrowIfPast();
        Verifier.derivePathInfo = derivePathInfo;
    }

    /// <summary>Puts the snapshots of all tests into a directory relative to the test project.</summary>
    public static void UseProjectRelativeDirectory(string directory) =>
        DerivePathInfo(
            (_, projectDirectory, type, method) =>
                new PathInfo(Path.Combine(projectDirectory, directory), TestIdentity.NameOf(type), method.Name)
        );

    /// <summary>Puts the snapshots of all tests into a directory relative to the source file of each.</summary>
    public static void UseSourceFileRelativeDirectory(string directory) =>
        DerivePathInfo(
            (sourceFile, _, type, method) =>
                new PathInfo(Path.Combine(Path.GetDirectoryName(sourceFile)!, directory), TestIdentity.NameOf(type), method.Name)
        );
}
