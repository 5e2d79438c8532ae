using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public static partial class VerifierSettings
{
    internal static GlobalAutoVerify? AutoVerifies { get; private set; }

    internal static bool ThrowsException { get; private set; }

    /// <summary>
    /// Accepts the results of all tests as their snapshots; never on a build server, whatever <paramref name="includeBuildServer"/> says.
    /// </summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        AutoVerify((_, _, _) => true, includeBuildServer, throwException);

    /// <summary>
    /// Accepts the results of all tests for which the function agrees; never on a build server, whatever <paramref
    /// name="includeBuildServer"/> says.
    /// </summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void AutoVerify(GlobalAutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false)
    {
        FirstRun.ThrowIfPast();
        AutoVerifies = autoVerify;
        ThrowsException = throwException;
    }
}
