using System.Diagnostics.Contracts;
using System.Runtime.CompilerServices;
using PPYolo.Tests.Snapshots.Engine;
using VerifyTests;

namespace VerifyXunit;

/// <summary>
/// Compares what a test produced with the approved snapshot beside it (<c>Class.Method.verified.txt</c>). Where it differs or is missing,
/// the test fails and the new text lies in <c>Class.Method.received.txt</c>; renaming that file to <c>.verified.</c> approves it. The
/// returned task must be awaited.
/// </summary>
public static partial class Verifier
{
    /// <summary>Verifies one target that the caller has put together.</summary>
    [Pure]
    public static SettingsTask Verify(Target target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Start(settings, sourceFile, _ => Task.FromResult(Produced.Of(target)));

    /// <summary>
    /// Verifies several targets, each with a file of its own; those of one name and extension are numbered <c>#00</c>, <c>#01</c>, ...
    /// </summary>
    [Pure]
    public static SettingsTask Verify(
        IEnumerable<Target> targets,
        VerifySettings? settings = null,
        [CallerFilePath] string sourceFile = ""
    ) => Start(settings, sourceFile, _ => Task.FromResult(new Produced(null, [.. targets])));

    private static SettingsTask Start(VerifySettings? settings, string sourceFile, Func<VerifySettings, Task<Produced>> produce)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sourceFile);
        return new SettingsTask(
            settings,
            async final =>
            {
                var method = UseVerifyAttribute.GetMethod();
                var type = method.ReflectedType!;
                var project = TestProject.Of(type.Assembly);
                var place = derivePathInfo(sourceFile, project.Directory, type, method);
                var test = new TestIdentity(sourceFile, type, method, place, project);
                return await SnapshotCheck.Run(test, final, produce);
            }
        );
    }
}
