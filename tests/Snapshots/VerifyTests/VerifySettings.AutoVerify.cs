using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public partial class VerifySettings
{
    private AutoVerify? autoVerify;
    private bool throwException;

    internal bool ThrowsException => throwException || VerifierSettings.ThrowsException;

    /// <summary>
    /// Accepts the result of this test as the snapshot. On a build server nothing is ever accepted and the test fails as if this had not
    /// been called, whatever <paramref name="includeBuildServer"/> says: a snapshot that approves itself there checks nothing.
    /// </summary>
    /// <param name="includeBuildServer">Has no effect here; it keeps the signature of Verify.</param>
    /// <param name="throwException">Fails the test although its result has been accepted.</param>
    public void AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        AutoVerify(_ => true, includeBuildServer, throwException);

    /// <summary>Accepts the result of this test as the snapshot where the function agrees; never on a build server.</summary>
    /// <param name="autoVerify">Is asked for each file.</param>
    /// <param name="includeBuildServer">Has no effect here; it keeps the signature of Verify.</param>
    /// <param name="throwException">Fails the test although its result has been accepted.</param>
    public void AutoVerify(AutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false)
    {
        this.autoVerify = autoVerify;
        this.throwException = throwException;
    }

    internal Approval Approves(string typeName, string methodName, string verifiedFile)
    {
        // The setting of all tests goes before that of one, as in Verify.
        var wanted = VerifierSettings.AutoVerifies is { } global
            ? global(typeName, methodName, verifiedFile)
            : autoVerify?.Invoke(verifiedFile) ?? false;
        return !wanted ? Approval.NotAsked
            : BuildServer.Detected ? Approval.Refused
            : Approval.Granted;
    }
}
